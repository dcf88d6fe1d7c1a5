/* Packets between the server and the key process, read as either side reads
 * them. What is read is written again and must give the same bytes. */
#include <stdlib.h>

#include "crypto/key_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key_frame_out out;
	struct str packet = str_of((const char *)data, size);
	for (int reply = 0; reply < 2; reply++) {
		struct key_frame f;
		if (!key_frame_read(packet, reply, &f))
			continue;
		key_frame_begin(&out, reply);
		for (size_t i = 0; i < f.n; i++)
			if (!key_frame_add(&out, &f.items[i]))
				abort();
		/* replies leave two bytes of each head unused: they must be zero */
		if (!str_eq(key_frame_done(&out), packet))
			abort();
	}
	return 0;
}
