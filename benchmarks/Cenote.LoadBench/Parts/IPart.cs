using Cenote.Reporting;

namespace Cenote.LoadBench.Parts;

/// <summary>One part of a benchmark, which can be run alone.</summary>
internal interface IPart
{
    /// <summary>Gets the name on the command line.</summary>
    string Name { get; }

    /// <summary>Measures, and adds what was measured to the report.</summary>
    /// <returns>The targets.</returns>
    IReadOnlyCollection<Target> Run(Report report);
}
