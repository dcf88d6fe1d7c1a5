/* Runs a fuzz target over every file of a corpus directory, without libFuzzer.
 * An empty or missing corpus is a failure: a replay that reads nothing proves
 * nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return -1;
	}
	static uint8_t data[4 << 20];
	size_t n = fread(data, 1, sizeof data, f);
	fclose(f);
	uint8_t *exact = malloc(n ? n : 1); /* its own block, so that ASan sees an overread */
	if (!exact)
		return -1;
	memcpy(exact, data, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-DIR\n", argv[0]);
		return 2;
	}
	DIR *d = opendir(argv[1]);
	if (!d) {
		perror(argv[1]);
		return 1;
	}
	int count = 0;
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
		if (replay(path) != 0)
			return 1;
		count++;
	}
	closedir(d);
	printf("%d inputs replayed\n", count);
	return count > 0 ? 0 : 1;
}
