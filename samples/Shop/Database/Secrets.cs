using System.Data.Common;

namespace Cenote.Shop.Database;

/// <summary>Takes the secrets of a connection string out of what a driver says about it.</summary>
internal sealed class Secrets
{
    private readonly List<string> _values = [];

    private Secrets()
    {
    }

    public static Secrets None { get; } = new();

    public static Secrets Of(DbConnectionStringBuilder builder)
    {
        var secrets = new Secrets();
        foreach (string key in builder.Keys)
        {
            if (IsSecret(key) && builder[key]?.ToString() is { Length: > 0 } value)
            {
                secrets._values.Add(value);
            }
        }

        // The longest first, so that a password that contains another does not leave its rest behind.
        secrets._values.Sort((left, right) => right.Length.CompareTo(left.Length));
        return secrets;
    }

    public string Hide(string text)
    {
        foreach (var value in _values)
        {
            text = text.Replace(value, "***", StringComparison.Ordinal);
        }

        return text;
    }

    private static bool IsSecret(string key) =>
        key.Contains("password", StringComparison.OrdinalIgnoreCase)
        || key.Contains("passphrase", StringComparison.OrdinalIgnoreCase)
        || key.Equals("pwd", StringComparison.OrdinalIgnoreCase);
}
