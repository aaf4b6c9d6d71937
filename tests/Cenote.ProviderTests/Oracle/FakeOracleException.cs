namespace Cenote.ProviderTests.Oracle;

/// <summary>The message of the driver's exception is the database's: it begins with the number.</summary>
internal sealed class FakeOracleException(string message) : DbException(message);
