using System.Collections.Frozen;

namespace Cenote.Providers;

/// <summary>
/// Words before a secret, or before another setting, in the text of a connection string; also where they are
/// misspelled.
/// </summary>
internal static class SecretWords
{
    private static readonly string[] Parts = ["password", "passwd", "passwort", "passphrase", "pwd", "secret", "token", "credential", "authorization"];

    private static readonly FrozenSet<string> Whole = FrozenSet.ToFrozenSet(
        ["pass", "passcode", "pword", "pswd", "pw", "sig", "sas", "jwt", "auth", "bearer", "kennwort", "contraseña", "motdepasse"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Settings = FrozenSet.ToFrozenSet(
        [
            "user", "username", "userid", "uid", "usr", "login", "host", "hostname", "server", "port", "database", "databasename", "db", "dbname",
            "initialcatalog", "datasource", "sslmode", "trustservercertificate", "pooling", "timeout", "encrypt", "applicationname", "integratedsecurity",
        ],
        StringComparer.Ordinal);

    /// <summary>Returns whether a secret follows the word.</summary>
    internal static bool IsSecret(string word)
    {
        var plain = Plain(word);
        return IsSure(plain) || Whole.Contains(plain) || plain.EndsWith("key", StringComparison.Ordinal);
    }

    /// <summary>
    /// Returns whether the word means a secret in any place. "key: 7", in contrast, may mean anything.
    /// </summary>
    internal static bool IsSurelySecret(string word) => IsSure(Plain(word));

    /// <summary>
    /// Returns whether the word contains the name of a secret, correctly spelled: "passport" is not a password, nor is
    /// "passed".
    /// </summary>
    internal static bool HasSecret(string word) => HasPart(Plain(word));

    /// <summary>
    /// Returns whether the word is a short name of a secret, which may also mean something else: "pass", "auth".
    /// </summary>
    internal static bool IsShort(string word) => Whole.Contains(Plain(word));

    /// <summary>Returns whether the word is the keyword of another setting.</summary>
    internal static bool IsSetting(string word) => Settings.Contains(Plain(word));

    /// <summary>Returns whether the word is exactly a name of a password.</summary>
    internal static bool IsPassword(string word) => Plain(word) is "password" or "passwd" or "pwd";

    private static bool HasPart(string plain) => Array.Exists(Parts, part => plain.Contains(part, StringComparison.Ordinal));

    private static bool IsSure(string plain) =>
        HasPart(plain) || IsLike(plain, "password", 2) || IsLike(plain, "passwd", 1) || IsLike(plain, "secret", 1);

    private static string Plain(string word) =>
        string.Concat(word.Where(character => character is not (' ' or '_' or '-' or '.')).Select(char.ToLowerInvariant));

    private static bool IsLike(string word, string wanted, int mistakes) =>
        word.Length > 4 && Math.Abs(word.Length - wanted.Length) <= mistakes && EditDistance.Between(word, wanted) <= mistakes;
}
