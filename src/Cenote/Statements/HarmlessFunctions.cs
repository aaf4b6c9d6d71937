using System.Collections.Frozen;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// The functions that leave no trace in a session: built-in ones, and the ones that the user vouches for.
/// </summary>
internal sealed class HarmlessFunctions(ISessionRules rules, IEnumerable<string> vouched)
{
    private readonly FrozenSet<string> _builtIn =
        rules.HarmlessFunctions.Concat(StatementWords.Functions).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly FrozenSet<string> _vouched = vouched.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Determines whether a function is built in, by its name without a schema.</summary>
    internal bool IsBuiltIn(string name) => _builtIn.Contains(name);

    /// <summary>Determines whether the user vouches for a function, with the schema as it is written.</summary>
    internal bool IsVouched(string name) => _vouched.Contains(name);
}
