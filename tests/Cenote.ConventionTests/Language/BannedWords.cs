using System.Text.RegularExpressions;

namespace Cenote.ConventionTests.Language;

/// <summary>Words that the project's texts do without, each with what stands instead.</summary>
internal static partial class BannedWords
{
    internal static IEnumerable<string> Find(string line)
    {
        // The names of tests are sentences.
        var text = ForeignTerms().Replace(line, "").Replace('_', ' ');
        foreach (Match match in Words().Matches(text))
        {
            yield return match.Value;
        }
    }

    /// <summary>Terms of others: a system user, an option of Galera, a message of Oracle.</summary>
    [GeneratedRegex("\"nobody\"|=nobody|nobody:nogroup|announce_timeout|active time limit exceeded", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ForeignTerms();

    [GeneratedRegex(
        """
        (?x) \b (
            # subjects: name the caller, the holder, the pool, the server
            [Ww]hoever | [Nn]obody | [Ss]omebody | [Oo]ne\ who | [Tt]hose\ (that|who)
            # failed, again, fix, consider
          | in\ vain | [Aa]new | [Mm]end(s|ed|ing)? | [Hh]eed(s|ed|ing)? | to\ be\ had | flap(s|ped|ping)?
            # is not a, does not exist
          | [Tt]here\ (is|are|was|were)\ none | (is|are|was|were)\ no\ (?!longer\b|more\b|matter\b|different\b|less\b|later\b|slower\b|faster\b)
            # for example
          | ,\ say(?=[,.;)])
            # rent, return, reset, validate
          | [Ll]en[dt]s? | [Ll]ending | hand(s|ed|ing)?\ back | double\ rents? | prove[sdn]? | proving | [Ss]uspects?
            # diagnosis, recommendation, timeout, notify, evicted, reject
          | [Vv]erdicts? | [Jj]udge[sd]? | [Rr]emed(y|ies) | time\ limits? | [Aa]nnounce[sd]? | [Aa]nnouncers? | departed | departures? | turn(s|ed)?\ away
        ) \b
        """,
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Words();
}
