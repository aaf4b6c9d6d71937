using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Cenote.Providers;

/// <summary>
/// A detector of faulty values in a connection string: a forgotten semicolon, a URL, or credentials before an address.
/// Values of secret keywords are not checked, because a secret may look like anything.
/// </summary>
internal static partial class SecretValueDetector
{
    private static readonly FrozenSet<string> Servers = FrozenSet.ToFrozenSet(
        ["address", "addr", "network address", "server", "host", "hostname", "port"], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Sources = FrozenSet.ToFrozenSet(["data source", "datasource", "filename"], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Databases = FrozenSet.ToFrozenSet(
        ["database", "database name", "initial catalog", "dbname", "catalog"], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Users = FrozenSet.ToFrozenSet(["user", "user id", "userid", "user name", "username", "uid"], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Returns whether the keyword itself may be quoted, because it is a known word and not a piece of a secret.
    /// </summary>
    internal static bool IsKnown(string keyword) =>
        Servers.Contains(keyword) || Sources.Contains(keyword) || Databases.Contains(keyword) || Users.Contains(keyword) || keyword.Equals("options", StringComparison.OrdinalIgnoreCase);

    internal static ValueFault FindFault(string keyword, string value, AddressKind kind)
    {
        if (value.Length == 0 || SecretWords.IsSecret(keyword))
        {
            return ValueFault.None;
        }

        var isSource = Sources.Contains(keyword);
        var isServer = Servers.Contains(keyword) || (isSource && kind == AddressKind.Server);
        var text = PlainText.Of(value).Trim();
        if (FindCredentials(text, keyword, isServer, kind) is not ValueFault.None and var credentials)
        {
            return credentials;
        }

        if (keyword.Equals("options", StringComparison.OrdinalIgnoreCase))
        {
            text = ServerParameter().Replace(text, "");
        }

        var isPlace = isServer || isSource || Databases.Contains(keyword) || Users.Contains(keyword);
        var isPath = (isSource && !isServer) || (isServer && text.StartsWith('/'));

        // The query of a file is not shown at all, and may contain a key.
        var query = isSource && !isServer ? text.IndexOf('?', StringComparison.Ordinal) : -1;
        if (query >= 0)
        {
            // A name without a path or a scheme is a host's.
            var mayBeFile = kind == AddressKind.File || text.AsSpan(0, query).IndexOfAny(":/\\.") >= 0;
            var fault = FindSetting(text[query..], mayFollowQuery: !mayBeFile, isStrict: false, isPlace, isPath: false);
            if (fault == ValueFault.AnotherSetting)
            {
                return fault;
            }

            text = text[..query];
        }

        if (FindSetting(text, mayFollowQuery: true, isServer || Databases.Contains(keyword), isPlace, isPath) is not ValueFault.None and var setting)
        {
            return setting;
        }

        return isServer && !text.StartsWith('/') && !text.StartsWith('(') && Gap().IsMatch(text) ? ValueFault.Space
            : Databases.Contains(keyword) ? FindSpacedPassword(text, isDatabase: true, isPath)
            : FindSpacedPassword(text, isDatabase: false, isPath) != ValueFault.None || IsOutOfPlace(keyword, text) ? ValueFault.Suspicious
            : ValueFault.None;
    }

    /// <summary>Returns whether the value should be a number or a single word, and is not.</summary>
    private static bool IsOutOfPlace(string keyword, string text) =>
        keyword.Equals("port", StringComparison.OrdinalIgnoreCase) || keyword.EndsWith("timeout", StringComparison.OrdinalIgnoreCase)
            ? !text.All(char.IsAsciiDigit)
            : keyword.EndsWith("mode", StringComparison.OrdinalIgnoreCase) && ((text.Any(char.IsAsciiDigit) && !text.All(char.IsAsciiDigit)) || text.Count(static character => character == ' ') > 1);

    private static ValueFault FindCredentials(string text, string keyword, bool isServer, AddressKind kind)
    {
        var isSource = Sources.Contains(keyword);

        // The name of an application may look like anything: name:process@machine.
        var found = isServer || isSource || Databases.Contains(keyword) || Users.Contains(keyword) ? ValueFault.Credentials : ValueFault.Suspicious;
        var isFile = text.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        if (isFile)
        {
            text = text["file:".Length..];
            text = text.StartsWith("///", StringComparison.Ordinal) ? text[2..] : text;
        }

        var at = text.LastIndexOf('@');
        if (at <= 0)
        {
            return ValueFault.None;
        }

        var before = text[..at];
        if (before.Contains("://", StringComparison.Ordinal) || (isFile && before.StartsWith("//", StringComparison.Ordinal)))
        {
            return found;
        }

        // Npgsql's names for abstract sockets begin with an at-sign.
        return isServer ? before[^1] is ',' or ' ' || IsSocket(text, before) ? ValueFault.None : found
            : UserAndPassword().IsMatch(before) || (isSource && text.AsSpan(at).StartsWith("@//")) ? found
            : !isSource && UserAndPasswordWithSlash().IsMatch(before) ? found
            : UserAndPasswordOrPath().IsMatch(before) ? ValueFault.Suspicious
            : isSource && !isFile && UserSlashPassword().IsMatch(before) && (kind == AddressKind.Unknown || !text[at..].Contains('.', StringComparison.Ordinal)) ? ValueFault.Suspicious
            : ValueFault.None;
    }

    /// <summary>
    /// Returns whether everything before the at-sign is the path of a socket, such as <c>/run/user@1000/postgresql</c>.
    /// A user and a password have a colon.
    /// </summary>
    private static bool IsSocket(string text, string before) =>
        !before.StartsWith("//", StringComparison.Ordinal) && !before.Contains(':', StringComparison.Ordinal)
        && Array.TrueForAll(text.Split(','), static host => !host.Contains('@', StringComparison.Ordinal) || host.AsSpan().TrimStart().StartsWith("/"));

    /// <param name="text">The plain text of a value.</param>
    /// <param name="mayFollowQuery">Whether a setting may follow anything. If not, it may only follow a space, because
    /// the text is the query of a URL, which has settings of its own.</param>
    /// <param name="isStrict">Whether such a value (a host or a database) contains no setting at all.</param>
    /// <param name="isPlace">Whether the value is the place or the user of the database. Other values, such as an
    /// application's name, may contain anything.</param>
    /// <param name="isPath">Whether the value is the path of a file, whose folders may be named <c>key=7</c>.</param>
    private static ValueFault FindSetting(string text, bool mayFollowQuery, bool isStrict, bool isPlace, bool isPath)
    {
        var fault = ValueFault.None;
        var isDescriptor = text.StartsWith('(');
        foreach (var match in Setting().EnumerateMatches(text))
        {
            var found = text.AsSpan(match.Index, match.Length);
            var word = found[..^1].Trim().ToString();
            var last = word[(word.LastIndexOf(' ') + 1)..];
            var before = text[..match.Index].TrimEnd();
            var isTwoWords = word.Contains(' ', StringComparison.Ordinal);
            var isSpaced = before.Length < match.Index || (before.Length > 0 && isTwoWords);
            if (!mayFollowQuery && !isSpaced)
            {
                continue;
            }

            var after = text.AsSpan(match.Index + match.Length);
            var isFolder = isPath && match.Index > 0 && text[match.Index - 1] is '/' or '\\' && after.IndexOfAny('/', '\\') >= 0;
            if (found[^1] == ':')
            {
                if (!after.StartsWith("/") && IsSecretBeforeColon(last, isSpaced || isTwoWords, isPlace)
                    && ((isSpaced && !before.EndsWith(',')) || !Port().IsMatch(after)))
                {
                    if (!isFolder && (isPlace || ((isSpaced || isTwoWords) && SecretWords.IsPassword(last))))
                    {
                        return ValueFault.AnotherSetting;
                    }

                    fault = ValueFault.Suspicious;
                }

                continue;
            }

            if (isFolder)
            {
                fault = ValueFault.Suspicious;
                continue;
            }

            if (SecretWords.IsSecret(word) || SecretWords.IsSecret(last))
            {
                return ValueFault.AnotherSetting;
            }

            // A descriptor is made of (NAME=value).
            if (isDescriptor && (before.EndsWith('(') || IsInParentheses(before)))
            {
                continue;
            }

            if (SecretWords.IsSetting(word) || SecretWords.IsSetting(last))
            {
                return ValueFault.AnotherSetting;
            }

            if (before.Length > 0 || isTwoWords)
            {
                if (isStrict)
                {
                    return ValueFault.AnotherSetting;
                }

                fault = ValueFault.Suspicious;
            }
        }

        return fault;
    }

    // A host may be named secret-store, and have a port.
    private static bool IsSecretBeforeColon(string word, bool isSpaced, bool isPlace) =>
        !word.Contains('-', StringComparison.Ordinal) && !word.Contains('.', StringComparison.Ordinal)
        && (SecretWords.HasSecret(word) || (isSpaced && (SecretWords.IsShort(word) || (isPlace && SecretWords.IsSurelySecret(word)))));

    private static bool IsInParentheses(string before) => before.Count(character => character == '(') > before.Count(character => character == ')');

    /// <summary>Finds a password after a space, such as "shop Password x1", unless a plain word follows.</summary>
    private static ValueFault FindSpacedPassword(string text, bool isDatabase, bool isPath)
    {
        var words = text.Split([' ', ',', ';', '|', '&'], StringSplitOptions.RemoveEmptyEntries);
        for (var word = 1; word < words.Length - 1; word++)
        {
            var isName = SecretWords.IsPassword(words[word]);
            var isWord = words[word + 1].All(char.IsLetter);
            if ((isName || SecretWords.IsShort(words[word])) && (!isWord || (isDatabase && isName)) && !(isPath && IsFolder(words.AsSpan(0, word), words.AsSpan(word + 1))))
            {
                return isName && !isWord ? ValueFault.AnotherSetting : ValueFault.Suspicious;
            }
        }

        return ValueFault.None;
    }

    /// <summary>
    /// Returns whether the word is a folder in the middle of a path, as in "/home/me/my password store/shop.db", and
    /// follows no file name.
    /// </summary>
    private static bool IsFolder(ReadOnlySpan<string> before, ReadOnlySpan<string> after)
    {
        var start = string.Join(' ', before);
        var slash = start.AsSpan().LastIndexOfAny('/', '\\');
        return slash >= 0 && !start.AsSpan(slash).Contains('.') && string.Join(' ', after).AsSpan().IndexOfAny('/', '\\') >= 0;
    }

    // One or two words, and what makes a setting of them.
    [GeneratedRegex(@"[\p{L}_][\p{L}\p{N}_.\-]*( +[\p{L}_][\p{L}\p{N}_.\-]*)? *[=:]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();

    // PostgreSQL's own: -c name=value and --name=value.
    [GeneratedRegex(@"(-c *|--)[\p{L}_][\p{L}\p{N}_.\-]* *=", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ServerParameter();

    [GeneratedRegex("^[0-9]{1,5}(,|/|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Port();

    // Not beside what separates the parts of an address.
    [GeneratedRegex(@"[^ ,:\\(] +[^ ,:\\)]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Gap();

    // Before any slash, unless it is a drive's letter that a backslash follows.
    [GeneratedRegex(@"(^|[ ,])[^/\\@ ,]+:[^/\\@]*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UserAndPassword();

    // A password may have slashes; a drive's letter is not a user.
    [GeneratedRegex(@"(^|[ ,])[^/\\@ ,:]{2,}:[^/\\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UserAndPasswordWithSlash();

    // Or begin with one: then it may be a path on a machine.
    [GeneratedRegex(@"(^|[ ,])[^/\\@ ,:]{2,}:", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex UserAndPasswordOrPath();

    // Oracle's user/password, or a path below the current folder.
    [GeneratedRegex(@"^[^/\\.~ ][^/\\ ]*/[^\\]+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex UserSlashPassword();
}
