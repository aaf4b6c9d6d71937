namespace Cenote.Testing;

/// <summary>The program that <see cref="ProgramRun"/> starts.</summary>
internal static class TestedProgram
{
    public const string FileName = "Cenote.Cli.dll";
}
