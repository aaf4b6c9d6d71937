using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace Cenote.Providers;

/// <summary>
/// The parts of a connection string that may be secret: the values of keywords that hold secrets, what seems to be the rest of one that was not quoted, and
/// what follows the question mark of an address, and what seems to hold a secret.
/// </summary>
internal sealed class SecretFragments
{
    private const int Shortest = 2;

    private readonly List<string> _fragments = [];

    internal void Add(string connectionString)
    {
        var pairs = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var followsSecret = false;
        foreach (string keyword in pairs.Keys)
        {
            var value = Convert.ToString(pairs[keyword], CultureInfo.InvariantCulture) ?? "";
            var isSecret = SecretWords.IsSecret(keyword);

            // Password=ab;cd=ef: the password was meant to be ab;cd=ef.
            var isRest = followsSecret && !ValueJudge.IsKnown(keyword) && !SecretWords.IsSetting(keyword) && !SafeConnectionString.IsHarmless(keyword);
            if (isSecret || isRest || ValueJudge.Judge(keyword, value, AddressKind.Unknown) != ValueFault.None)
            {
                AddIfLong(value);
            }

            if (isRest)
            {
                AddIfLong(keyword);
            }

            var query = value.IndexOf('?', StringComparison.Ordinal);
            AddIfLong(query < 0 ? "" : value[(query + 1)..]);
            followsSecret = isSecret || isRest;
        }
    }

    internal bool AreQuotedBy(Exception exception) => _fragments.Exists(fragment => IsQuotedBy(exception, fragment));

    internal static bool IsQuotedBy(Exception exception, string secret)
    {
        if (secret.Length < Shortest)
        {
            return false;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            foreach (DictionaryEntry entry in current.Data)
            {
                if (IsIn(secret, Convert.ToString(entry.Value, CultureInfo.InvariantCulture)))
                {
                    return true;
                }
            }
        }

        return IsIn(secret, exception.ToString());
    }

    private static bool IsIn(string secret, string? text) => text?.Contains(secret, StringComparison.OrdinalIgnoreCase) == true;

    private void AddIfLong(string fragment)
    {
        if (fragment.Length >= Shortest && !bool.TryParse(fragment, out _))
        {
            _fragments.Add(fragment);
        }
    }
}
