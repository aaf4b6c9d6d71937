namespace Cenote.FaultTests.Scenarios;

/// <summary>Where the pool under test asks for its password.</summary>
internal sealed class Vault(string password)
{
    private volatile string _password = password;

    internal string Password
    {
        get => _password;
        set => _password = value;
    }
}
