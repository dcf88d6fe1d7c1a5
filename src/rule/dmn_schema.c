/* What may stand where in a model (DMN 1.5, the schema of §6 to §10 with the older
 * names of 1.1 to 1.4): an element or attribute of DMN's own namespace that is in no
 * row would be ignored, and is told. Extensions have namespaces of their own. */
#include "rule/dmn_model.h"

#define BOXED " literalExpression decisionTable context list relation invocation" \
	" functionDefinition conditional filter for some every"
#define REFERENCE "href"

/* Words between spaces. "id", "label", "description" and "extensionElements" are
 * common to all. */
static const struct shape {
	const char *name, *attributes, *children;
} shapes[] = {
	{ "definitions", "name expressionLanguage typeLanguage namespace exporter exporterVersion",
	  "import itemDefinition decision inputData businessKnowledgeModel knowledgeSource"
	  " decisionService textAnnotation association group elementCollection performanceIndicator"
	  " organizationUnit organisationalUnit" },
	{ "import", "name namespace locationURI importType", "" },
	{ "itemDefinition", "name typeLanguage isCollection typeRef",
	  "typeRef allowedValues typeConstraint itemComponent functionItem" },
	{ "itemComponent", "name typeLanguage isCollection typeRef",
	  "typeRef allowedValues typeConstraint itemComponent functionItem" },
	{ "functionItem", "outputTypeRef", "parameters" },
	{ "parameters", "name typeRef", "" },
	{ "allowedValues", "expressionLanguage typeRef", "text" },
	{ "typeConstraint", "expressionLanguage typeRef", "text" },
	{ "inputData", "name href", "variable" },
	{ "decision", "name", "question allowedAnswers variable informationRequirement"
	  " knowledgeRequirement authorityRequirement supportedObjective impactedPerformanceIndicator"
	  " decisionMaker decisionOwner usingProcess usingTask" BOXED },
	{ "businessKnowledgeModel", "name",
	  "variable encapsulatedLogic knowledgeRequirement authorityRequirement" BOXED },
	{ "decisionService", "name",
	  "variable outputDecision encapsulatedDecision inputDecision inputData" },
	{ "knowledgeSource", "name locationURI", "authorityRequirement type owner" },
	{ "informationRequirement", "", "requiredDecision requiredInput" },
	{ "knowledgeRequirement", "", "requiredKnowledge" },
	{ "authorityRequirement", "", "requiredDecision requiredInput requiredAuthority" },
	{ "requiredDecision", REFERENCE, "" }, { "requiredInput", REFERENCE, "" },
	{ "requiredKnowledge", REFERENCE, "" }, { "requiredAuthority", REFERENCE, "" },
	{ "outputDecision", REFERENCE, "" }, { "encapsulatedDecision", REFERENCE, "" },
	{ "inputDecision", REFERENCE, "" },
	{ "variable", "name typeRef", "" }, { "formalParameter", "name typeRef", "" },
	{ "parameter", "name typeRef", "" }, { "column", "name typeRef", "" },
	{ "encapsulatedLogic", "kind typeRef", "formalParameter" BOXED },
	{ "functionDefinition", "kind typeRef", "formalParameter" BOXED },
	{ "decisionTable", "hitPolicy aggregation preferredOrientation outputLabel typeRef",
	  "input output rule annotation" },
	{ "input", "", "inputExpression inputValues" },
	{ "inputExpression", "typeRef expressionLanguage", "text importedValues" },
	{ "inputValues", "typeRef expressionLanguage", "text" },
	{ "output", "name typeRef", "outputValues defaultOutputEntry" },
	{ "outputValues", "typeRef expressionLanguage", "text" },
	{ "defaultOutputEntry", "typeRef expressionLanguage", "text importedValues" },
	{ "rule", "", "inputEntry outputEntry annotationEntry" },
	{ "inputEntry", "typeRef expressionLanguage", "text" },
	{ "outputEntry", "typeRef expressionLanguage", "text importedValues" },
	{ "literalExpression", "typeRef expressionLanguage", "text importedValues" },
	{ "annotation", "name", "" }, { "annotationEntry", "", "text" },
	{ "context", "typeRef", "contextEntry" }, { "contextEntry", "typeRef", "variable" BOXED },
	{ "list", "typeRef", BOXED }, { "relation", "typeRef", "column row" },
	{ "row", "typeRef", BOXED },
	{ "invocation", "typeRef", "binding" BOXED }, { "binding", "", "parameter" BOXED },
	{ "conditional", "typeRef", "if then else" }, { "if", "typeRef", BOXED },
	{ "then", "typeRef", BOXED }, { "else", "typeRef", BOXED },
	{ "filter", "typeRef", "in match" }, { "match", "typeRef", BOXED },
	{ "for", "typeRef iteratorVariable", "in return" },
	{ "some", "typeRef iteratorVariable", "in satisfies" },
	{ "every", "typeRef iteratorVariable", "in satisfies" },
	{ "in", "typeRef", BOXED }, { "return", "typeRef", BOXED }, { "satisfies", "typeRef", BOXED },
};

static const struct shape *shape_of(const struct xml_node *x)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (xml_named(x, shapes[i].name))
			return &shapes[i];
	return NULL;
}

/* Is it one of the words? If not, *near may get one that was meant. */
static bool among(const char *words, struct str name, struct word_near *near)
{
	struct str word, rest = str_c(words);
	bool more = true;
	while (more) {
		more = str_cut(rest, ' ', &word, &rest);
		if (word.n && str_eq(word, name))
			return true;
		if (word.n)
			word_near_try(near, word);
	}
	return false;
}

static void attributes(struct dmn_builder *b, const struct xml_node *x, const struct shape *s)
{
	for (size_t i = 0; i < x->nattrs; i++) {
		struct word_near near = { .word = x->attrs[i].name };
		if (x->attrs[i].ns.n || among("id label", x->attrs[i].name, &near) ||
		    among(s->attributes, x->attrs[i].name, &near))
			continue;
		dmn_problem_add(b, x, TABLE_WARNING, "dmn.unknown_attribute",
		                DMN_WORDS(dmn_word(x->attrs[i].name), dmn_word(x->name)), near.best);
	}
}

/* The depth is that of the document, which the reader limits. */
void dmn_schema_check(struct dmn_builder *b, const struct xml_node *x)
{
	const struct shape *s = shape_of(x);
	if (!s)
		return;
	attributes(b, x, s);
	for (const struct xml_node *c = x->first; c; c = c->next) {
		struct word_near near = { .word = c->name };
		if (!str_eq(c->ns, x->ns) || xml_named(c, "extensionElements"))
			continue;
		if (s == &shapes[0])
			b->element_name = xml_attr(c, "name");
		if (among("description", c->name, &near) || among(s->children, c->name, &near))
			dmn_schema_check(b, c);
		else
			dmn_problem_add(b, c, TABLE_WARNING, "dmn.unknown_element",
			                DMN_WORDS(dmn_word(c->name), dmn_word(x->name)), near.best);
	}
}
