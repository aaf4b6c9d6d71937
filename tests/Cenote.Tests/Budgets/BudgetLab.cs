using System.Globalization;

namespace Cenote.Tests.Budgets;

/// <summary>The sizes of tests that are short by default, and that the environment makes long.</summary>
internal static class BudgetLab
{
    public static int Read(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
