namespace Cenote.Cli.Reporting;

internal sealed record JsonCheck(string Name, bool Holds, string Statement, string Detail, long ProblemCount, IReadOnlyList<string> Problems);
