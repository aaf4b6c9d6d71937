using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace Cenote.Providers;

/// <summary>
/// The parts of a connection string that may be secret: the values of secret keywords, the apparent rest of a value
/// that was not quoted, the query of an address, and values that seem to contain a secret.
/// </summary>
/// <param name="isOdbc">Whether connection strings follow the rules of ODBC.</param>
internal sealed class SecretFragments(bool isOdbc)
{
    private const int Shortest = 2;

    // For parts that only may be secret: shorter ones occur in any message.
    private const int ShortestGuess = 4;

    private readonly List<string> _fragments = [];

    internal void Add(string connectionString)
    {
        var pairs = SafeConnectionString.ReadPairs(connectionString, isOdbc);
        var followsSecret = false;
        foreach (string keyword in pairs.Keys)
        {
            var written = Convert.ToString(pairs[keyword], CultureInfo.InvariantCulture) ?? "";
            var value = isOdbc ? SafeConnectionString.WithoutBraces(written) : written;
            var isSecret = SecretWords.IsSecret(keyword);

            // Password=ab;cd=ef: the password was meant to be ab;cd=ef.
            var isRest = followsSecret && !SecretValueDetector.IsKnown(keyword) && !SecretWords.IsSetting(keyword) && !SafeConnectionString.IsHarmless(keyword);
            if (isSecret || isRest || SecretValueDetector.FindFault(keyword, value, AddressKind.Unknown) != ValueFault.None)
            {
                AddIfLong(value, isSecret ? Shortest : ShortestGuess);
            }

            if (isRest)
            {
                AddIfLong(keyword, ShortestGuess);
            }

            var query = value.IndexOf('?', StringComparison.Ordinal);
            AddIfLong(query < 0 ? "" : value[(query + 1)..], ShortestGuess);
            followsSecret = isSecret || isRest;
        }
    }

    internal bool AreQuotedBy(Exception exception) => _fragments.Exists(fragment => IsQuotedBy(exception, fragment));

    /// <summary>
    /// Returns whether a message, or the data of an exception, quotes the secret. Names of types and methods are not
    /// quotes, even where they match.
    /// </summary>
    internal static bool IsQuotedBy(Exception exception, string secret)
    {
        if (secret.Length < Shortest)
        {
            return false;
        }

        foreach (DictionaryEntry entry in exception.Data)
        {
            if (IsIn(secret, Convert.ToString(entry.Value, CultureInfo.InvariantCulture)))
            {
                return true;
            }
        }

        return IsIn(secret, exception.Message)
            || (exception is AggregateException all ? all.InnerExceptions.Any(inner => IsQuotedBy(inner, secret)) : exception.InnerException is { } cause && IsQuotedBy(cause, secret));
    }

    /// <summary>
    /// Returns whether the text contains the secret. A word, or a short secret, must stand alone: PostgreSQL's
    /// exceptions contain the name of its function InitPostgres.
    /// </summary>
    private static bool IsIn(string secret, string? text)
    {
        var mustStandAlone = secret.Length < ShortestGuess || secret.All(char.IsLetter);
        for (var start = IndexIn(0); start >= 0; start = IndexIn(start + 1))
        {
            var end = start + secret.Length;
            if (!mustStandAlone || ((start == 0 || !char.IsLetterOrDigit(text![start - 1])) && (end == text!.Length || !char.IsLetterOrDigit(text[end]))))
            {
                return true;
            }
        }

        return false;

        int IndexIn(int from) => text is null || from >= text.Length ? -1 : text.IndexOf(secret, from, StringComparison.OrdinalIgnoreCase);
    }

    private void AddIfLong(string fragment, int shortest)
    {
        if (fragment.Length >= shortest && !bool.TryParse(fragment, out _))
        {
            _fragments.Add(fragment);
        }
    }
}
