/* The one program. Every subcommand is a row of src/cmd/commands.h. */
#include <stdio.h>

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs("musubi: nothing here yet\n", stderr);
	return 2;
}
