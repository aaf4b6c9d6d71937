namespace Cenote.ProviderTests.Odbc;

public enum OdbcDatabase
{
    PostgreSql,
    MariaDb,
}
