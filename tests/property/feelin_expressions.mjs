// Expressions of FEEL, made from a seed, over these facts.
export const facts = {
  a: 12, b: -3.5, c: 0, n: null, yes: true, no: false, name: "花子", word: "foobar",
  list: [3, 1, 2], words: ["b", "a", "c"], empty: [],
  person: { age: 45, name: "Hanako", tags: ["x", "y"], home: { zip: "100-0001", floor: 3 } },
  rows: [{ k: 1, v: "one" }, { k: 2, v: "two" }, { k: 3, v: "three" }],
};

// mulberry32: small, and the same everywhere.
export function seeded(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const one = (r, list) => list[Math.floor(r() * list.length)];
const upTo = (r, n) => Math.floor(r() * (n + 1));

// Each kind: what it is made of at the leaves, and of other kinds above them.
// $kind stands for an expression of that kind.
const kinds = {
  number: {
    leaves: ["0", "1", "2", "3.5", "-4", "100", "0.1", "a", "b", "c", "person.age", "person.home.floor",
      "list[1]", "list[-1]", "rows[2].k"],
    rules: ["$number + $number", "$number - $number", "$number * $number", "($number) / ($number)",
      "(-($number))", "if $boolean then $number else $number", "sum($numbers)", "count($numbers)",
      "min($numbers)", "max($numbers)", "mean($numbers)", "median($numbers)", "product($numbers)",
      "abs($number)", "floor($number)", "ceiling($number)", "modulo($number, 7)", "sqrt(abs($number))",
      "decimal($number, 2)", "round up($number, 1)", "round down($number, 1)", "round half up($number, 0)",
      "round half down($number, 0)", "string length($string)", "$numbers[1]", "count($words)",
      "number(\"12.5\")", "($number) ** 2", "$date.year", "$date.month", "$date.day", "$date.weekday",
      "$time.hour",
      "day of year($date)", "week of year($date)", "index of($numbers, $number)[1]",
      "{x: $number, y: x + 1}.y", "(function(p) p * 2)($number)", "get value({q: $number}, \"q\")"],
  },
  string: {
    leaves: ["\"\"", "\"a\"", "\"foobar\"", "\"日本\"", "name", "word", "person.name", "words[2]", "person.home.zip"],
    rules: ["$string + $string", "substring($string, 2)", "substring($string, 1, 2)", "upper case($string)",
      "lower case($string)", "substring before($string, \"o\")", "substring after($string, \"o\")",
      "string($number)", "string($boolean)", "string join($words, \"-\")", "replace($string, \"o\", \"0\")",
      "if $boolean then $string else $string", "$words[1]", "string($date)", "day of week($date)",
      "month of year($date)", "rows[k = $number][1].v", "string join($words)"],
  },
  boolean: {
    leaves: ["true", "false", "yes", "no"],
    rules: ["$number < $number", "$number <= $number", "$number > $number", "$number >= $number",
      "$number = $number", "$number != $number", "$string = $string", "$string < $string",
      "$boolean and $boolean", "$boolean or $boolean", "not($boolean)", "$number between $number and $number",
      "$number in [1..10]", "$number in (1..10)", "$number in ($number, $number)", "$number in (> $number)",
      "contains($string, \"o\")", "starts with($string, \"f\")", "ends with($string, \"r\")",
      "matches($string, \"[a-o]+\")", "list contains($numbers, $number)", "some x in $numbers satisfies x > $number",
      "every x in $numbers satisfies x > $number", "all($booleans)", "any($booleans)", "odd($number)", "even($number)",
      "$date < $date", "$date = $date", "$time < $time", "$dayspan < $dayspan", "$number = null", "n = null", "before($number, $number)",
      "after($number, [1..5])", "includes([1..10], $number)",
      "meets([1..$number], [5..10])", "overlaps([1..5], [$number..10])", "is($number, $number)",
      "{p: $number} = {p: $number}"],
  },
  numbers: {
    leaves: ["list", "empty", "[1, 2, 3]", "[5]", "rows.k"],
    rules: ["[$number, $number]", "for x in $numbers return x + $number", "for x in 1..4 return x * $number",
      "$numbers[item > $number]", "append($numbers, $number)", "concatenate($numbers, $numbers)",
      "reverse($numbers)", "sort($numbers, function(x, y) x < y)", "distinct values($numbers)",
      "union($numbers, $numbers)", "sublist(append($numbers, 7), 1)", "sublist(concatenate([7, 8], $numbers), 2, 1)", "remove(append($numbers, 7), 1)",
      "insert before($numbers, 1, $number)", "flatten([$numbers, [$number]])", "index of($numbers, $number)",
      "list replace(append($numbers, 7), 1, $number)", "if $boolean then $numbers else $numbers",
      "for x in $numbers, y in [1, 2] return x * y", "rows[v = $string].k", "mode($numbers)",
      "for i in 1..3 return if i = 1 then 1 else partial[-1] + i"],
  },
  words: {
    leaves: ["words", "person.tags", "[\"p\", \"q\"]", "rows.v"],
    rules: ["[$string, $string]", "for w in $words return w + $string", "$words[item != $string]",
      "split($string, \"o\")", "sort($words, function(x, y) x < y)", "reverse($words)", "rows[k > $number].v",
      "append($words, $string)"],
  },
  booleans: { leaves: ["[true, false]", "[yes]", "[true, true]"], rules: ["[$boolean, $boolean]", "for x in $numbers return x > $number"] },
  date: {
    leaves: ["@\"2026-11-20\"", "date(\"2024-02-29\")", "date(2026, 1, 31)", "@\"1999-12-31\""],
    rules: ["$date + $days", "$date - $days", "$date + $monthspan", "$date - $monthspan",
      "if $boolean then $date else $date", "date(date and time(\"2026-03-04T05:06:07\"))"],
  },
  time: {
    leaves: ["@\"12:00:00\"", "time(\"23:59:59\")", "time(1, 2, 3)"],
    rules: ["$time + $dayspan", "$time - $dayspan", "if $boolean then $time else $time"],
  },
  dayspan: {
    leaves: ["@\"P1D\"", "@\"PT36H\"", "@\"-PT30M\"", "duration(\"P2DT3H\")"],
    rules: ["$dayspan + $dayspan", "$dayspan - $dayspan", "$date - $date", "$time - $time"],
  },
  days: { leaves: ["@\"P1D\"", "@\"-P3D\"", "duration(\"P30D\")"], rules: ["$days + $days", "$days - $days"] },
  monthspan: {
    leaves: ["@\"P1Y\"", "@\"P14M\"", "@\"-P2M\"", "duration(\"P1Y2M\")"],
    rules: ["$monthspan + $monthspan", "$monthspan - $monthspan"],
  },
  context: {
    leaves: ["person", "rows[1]", "{}"],
    rules: ["{x: $number, y: $string}", "{x: $number, y: x * 2}", "context put({p: 1}, \"q\", $number)",
      "context merge([{p: $number}, {q: $string}])", "get entries({p: $number})", "context([{key: \"p\", value: $string}])",
      "rows[k = $number]", "{list: $numbers}.list", "[{p: 1}, {p: $number}][p > 1]"],
  },
};
// What feelin is known not to have, or to see differently (feelin_differences.mjs
// says why): by itself only, so that it hides nothing else.
const alone = ["median([45, 2, 3, 7])", "$dayspan.days", "$dayspan.hours", "$monthspan.years", "$monthspan.months", "during($number, [0..20])",
  "starts(1, [1..$number])", "$numbers = $numbers", "$number between 5 and 1", "$dayspan * 2", "abs($dayspan)", "$monthspan * 2", "years and months duration($date, $date)",
  "$number instance of number", "$string instance of string", "finishes(10, [1..10])",
  "coincides([1..5], [1..$number])", "string($monthspan)", "$date + $dayspan", "$monthspan - $monthspan",
  "sublist($numbers, 9)", "list replace($numbers, 9, 1)", "exp($number)", "log(100)", "stddev($numbers)",
  "$date in [@\"2026-01-01\"..@\"2026-12-31\"]", "{a b: 1}.a b", "[1, 2, 3][item >= 2][1]", "1 = \"1\"",
  "null + 1", "not(null)", "[1,2][5]", "$string[1]", "substring($string, -2)", "split($string, \"[aeiou]\")",
  "replace($string, \"(o+)\", \"<$1>\")", "get entries(person)[1].key", "@\"12:00:00\".hour", "floor(-1.5, 0)",
  "matches($string, \"^F\", \"i\")", "$number in [5, 10]", "[3,1,2][-1]", "count([null])", "min(\"a\", \"b\")",
  "sum([])", "mean([])", "min([])", "sum([1, null])", "date(\"2026-02-30\")", "{x: 1} = {x: 1, y: 2}", "5 in ([1..3], [4..6])",
  "for x in 3..1 return x", "[[1, 2], [3]][1][2]", "string(1.50)", "string([1, \"a\"])", "number(\"1,000.5\", \",\", \".\")"];

const asked = ["number", "number", "string", "boolean", "boolean", "numbers", "numbers", "words", "date",
  "time", "dayspan", "monthspan", "context"];

// Operands other than names and calls stand in parentheses: what is compared is
// meaning, and precedence has tests of its own.
const atom = /^[\p{L}\p{N}_.]+$|^"[^"]*"$|^[^()]*\([^()]*\)$|^\[[^[\]]*\]$/u;

function make(r, kind, depth) {
  const k = kinds[kind];
  if (depth <= 0 || r() < 0.2) return one(r, k.leaves);
  return one(r, k.rules).replace(/\$(\w+)/g, (_, inner) => {
    const e = make(r, inner, depth - 1);
    return atom.test(e) && !/ (and|or|then|return|in|satisfies) /.test(e) ? e : `(${e})`;
  });
}

const makeAlone = (r, i) =>
  alone[i % alone.length].replace(/\$([a-z]+)/g, (_, kind) => one(r, kinds[kind].leaves));

// Every tenth is one of those; by turns, so that each comes several times.
export const makeExpression = (r, i) =>
  (i % 10 ? make(r, one(r, asked), 1 + upTo(r, 2)) : makeAlone(r, i / 10));
