using Cenote.Providers;

namespace Cenote.Sqlite.Replication;

/// <summary>The only position of SQLite, because a reader of the file sees every commit.</summary>
internal sealed class FilePosition : ReplicationPosition
{
    private const string Text = "file";

    private FilePosition()
    {
    }

    internal static FilePosition Instance { get; } = new();

    /// <exception cref="FormatException">The text is not the position.</exception>
    internal static FilePosition Parse(string text) => string.Equals(text, Text, StringComparison.Ordinal)
        ? Instance
        : throw new FormatException($"The text is not a position of SQLite. The only one is '{Text}'.");

    public override bool Covers(ReplicationPosition other) => Of(other) == this;

    public override ReplicationPosition Combine(ReplicationPosition other) => Of(other);

    public override string ToString() => Text;

    private static FilePosition Of(ReplicationPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other as FilePosition ?? throw new ArgumentException("The position belongs to another database than SQLite.", nameof(other));
    }
}
