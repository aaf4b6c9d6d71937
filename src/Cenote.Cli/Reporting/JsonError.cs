namespace Cenote.Cli.Reporting;

internal sealed record JsonError(string Message, long Count);
