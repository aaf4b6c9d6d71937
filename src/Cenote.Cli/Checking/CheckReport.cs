using Cenote.Cli.Watching;

namespace Cenote.Cli.Checking;

/// <summary>The answers of a server, and what follows from them.</summary>
internal sealed class CheckReport
{
    private readonly List<CheckRow> _rows = [];
    private readonly List<CheckFinding> _findings = [];

    public IReadOnlyList<CheckRow> Rows => _rows;

    public IReadOnlyList<CheckFinding> Findings => _findings;

    /// <summary>
    /// Gets or sets how many connections this user can have in all; <see langword="null"/> without a server.
    /// </summary>
    public int? Room { get; set; }

    /// <summary>Gets or sets how many of them exist.</summary>
    public int InUse { get; set; }

    public bool HasProblem => _findings.Exists(static finding => finding.Level == CheckLevel.Problem);

    /// <summary>
    /// Adds an answer. Whatever a server sends is shown without characters that a terminal would obey.
    /// </summary>
    public void Add(string section, string name, string value) => _rows.Add(new CheckRow(section, SafeText.Clean(name), SafeText.Clean(value)));

    public void Find(CheckLevel level, string text) => _findings.Add(new CheckFinding(level, SafeText.Clean(text)));
}
