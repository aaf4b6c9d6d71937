using System.Collections.Concurrent;
using System.Data;
using System.Runtime.CompilerServices;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// The effects of a pool's statements on their sessions, by text, in bounded memory. Thread-safe. A known text takes no
/// lock and allocates nothing.
/// </summary>
internal sealed class StatementEffects(ISessionRules rules, SqlLiteralRules literals, WhenDirtyOptions options)
{
    /// <summary>The number of texts that are found by reference, a power of two.</summary>
    private const int RecentTexts = 256;

    /// <summary>The number of texts that are found by their characters.</summary>
    private const int MostTexts = 2000;

    /// <summary>
    /// The longest text that is kept. A longer text is nearly always unique, and is read each time instead.
    /// </summary>
    private const int LongestKeptText = 4000;

    private readonly HarmlessFunctions _functions = new(rules, options.HarmlessFunctions);
    private readonly KnownText?[] _recent = new KnownText?[RecentTexts];
    private readonly ConcurrentDictionary<string, KnownText> _byText = new(StringComparer.Ordinal);

    /// <summary>Gets the number of texts that are kept.</summary>
    internal int KeptTexts => _byText.Count;

    /// <summary>Gets whether the server's last answer after several statements shows enough of all of them.</summary>
    internal bool AllowsSeveral => rules.Dialect != SqlDialect.MySql;

    /// <inheritdoc cref="ISessionRules.LeavesNothing"/>
    internal bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel) => rules.LeavesNothing(connection, isolationLevel);

    /// <summary>Returns the effect of a command.</summary>
    internal StatementEffect Of(CommandType type, string? text) =>
        type != CommandType.Text ? StatementEffect.Session : string.IsNullOrEmpty(text) ? StatementEffect.None : Of(text);

    private StatementEffect Of(string text)
    {
        // Most texts are constants of the program, and cost only this.
        ref var recent = ref _recent[RuntimeHelpers.GetHashCode(text) & (RecentTexts - 1)];
        if (Volatile.Read(ref recent) is { } known && ReferenceEquals(known.Text, text))
        {
            return known.Effect;
        }

        if (!_byText.TryGetValue(text, out var found))
        {
            found = new KnownText(text, new StatementReading(text, rules.Dialect, literals, _functions, options.KeepGeneratedKeys).Read());
            if (text.Length > LongestKeptText)
            {
                return found.Effect;
            }

            if (_byText.Count >= MostTexts)
            {
                _byText.Clear();
            }

            _byText[text] = found;
        }

        if (ReferenceEquals(found.Text, text))
        {
            Volatile.Write(ref recent, found);
        }

        return found.Effect;
    }

    private sealed record KnownText(string Text, StatementEffect Effect);
}
