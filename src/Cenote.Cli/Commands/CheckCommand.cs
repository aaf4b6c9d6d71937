namespace Cenote.Cli.Commands;

/// <summary>The words of <c>cenote check</c>. <see cref="CheckOptionsReader"/> checks the values.</summary>
internal sealed class CheckCommand() : DatabaseCommand(
    "check",
    """
    Checks a database for a connection pool: reaches it, shows its version, role, limits and
    timeouts, measures the latency, tries what a reset of a session clears, and says what
    follows for the settings of a pool. Changes nothing but sessions of its own.

    Exit code 0: checked. 1: the database was not reached, or refused a question. 2: the
    arguments are invalid. 4: checked, with a problem.
    """);
