using System.Security.Cryptography;
using System.Text;

namespace Cenote.SharedBudget.Stores;

/// <summary>
/// The end of the name under which the server lists the sessions of an instance: "cenote/", four digits of the name of
/// the budget, six of its random id, "/", and the id of the instance. Thread-safe.
/// </summary>
/// <remarks>
/// The random id is kept with the grants, so that two budgets of one name on one server, such as those of two
/// environments, count only their own sessions.
/// </remarks>
internal sealed class SessionLabel
{
    internal const int FamilyLength = 6;
    internal const int InstanceLength = 10;

    private readonly object _gate = new();
    private readonly string _prefix;
    private string _family = CreateId()[..FamilyLength];
    private bool _isFixed;

    internal SessionLabel(string budgetName, string? instance = null)
    {
        _prefix = "cenote/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(budgetName)))[..4];
        Instance = instance ?? CreateId();
    }

    /// <summary>Gets the id of this instance.</summary>
    internal string Instance { get; }

    /// <summary>Gets the pattern of the labels of all instances of all budgets with the name.</summary>
    internal string Pattern => $"%{_prefix}{new string('_', FamilyLength)}/{new string('_', InstanceLength)}";

    /// <summary>Returns ten random digits.</summary>
    internal static string CreateId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(InstanceLength / 2));

    /// <summary>Returns the pattern of the labels of an instance.</summary>
    internal string PatternOf(string instance) => $"%{_prefix}{new string('_', FamilyLength)}/{instance}";

    /// <summary>Returns the id of the budget in the label, and whether sessions may have it.</summary>
    internal (string Family, bool IsFixed) Read()
    {
        lock (_gate)
        {
            return (_family, _isFixed);
        }
    }

    /// <summary>Keeps the label, because connection strings get it.</summary>
    internal void Fix()
    {
        lock (_gate)
        {
            _isFixed = true;
        }
    }

    /// <summary>Takes over the id of the budget, unless the label is in use.</summary>
    /// <returns>Whether it has changed.</returns>
    internal bool Adopt(string family)
    {
        lock (_gate)
        {
            if (_isFixed)
            {
                return false;
            }

            _isFixed = true;
            var hasChanged = _family != family;
            _family = family;
            return hasChanged;
        }
    }

    /// <summary>Returns the application's own name with the label, which the server must not cut.</summary>
    internal string AddTo(string? applicationName, int longest)
    {
        var label = $"{_prefix}{Read().Family}/{Instance}";
        var name = new string([.. (applicationName ?? "").Where(char.IsAscii).Take(longest - label.Length - 1)]);
        return name.Length == 0 ? label : $"{name} {label}";
    }
}
