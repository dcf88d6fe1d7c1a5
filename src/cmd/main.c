/* The one program. Every subcommand is a row of src/cmd/commands.c. */
#include "cmd/commands.h"

int main(int argc, char **argv)
{
	return commands_run(argc, argv);
}
