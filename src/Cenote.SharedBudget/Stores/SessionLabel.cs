using System.Security.Cryptography;
using System.Text;

namespace Cenote.SharedBudget.Stores;

/// <summary>The end of the name under which the server lists the sessions of an instance.</summary>
internal sealed class SessionLabel(string budgetName)
{
    /// <summary>Gets the part that the instances of a budget have in common.</summary>
    internal string Budget { get; } = "cenote/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(budgetName)))[..8];

    /// <summary>Gets the id of this instance.</summary>
    internal string Instance { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));

    /// <summary>Returns the application's own name with the label, which the server must not cut.</summary>
    internal string AddTo(string? applicationName, int longest)
    {
        var label = $"{Budget}/{Instance}";
        var name = new string([.. (applicationName ?? "").Where(char.IsAscii).Take(longest - label.Length - 1)]);
        return name.Length == 0 ? label : $"{name} {label}";
    }
}
