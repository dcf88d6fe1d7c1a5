/* A day as people read it:
 *   ja    2026年11月20日（令和8年）
 *   en    20 November 2026
 *   easy  2026{年|ねん}11{月|がつ}{20日|はつか}, with ruby markup and without 元号:
 *         who reads it counts western years. */
#ifndef MUSUBI_NET_DAY_TEXT_H
#define MUSUBI_NET_DAY_TEXT_H

#include "base/calendar.h"
#include "net/text.h"

struct str day_text(struct arena *a, struct date d, enum lang lang);
/* 14時05分 / 14:05 / 14{時|じ}5{分|ふん}. */
struct str clock_text(struct arena *a, struct datetime t, enum lang lang);

#endif
