namespace Cenote.SecretsTests;

/// <summary>Which database it is: host, port and database wherever people look.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("PostgreSQL", "Host=db1;Database=shop", "db1:5432/shop")]
    [InlineData("PostgreSQL", "Host=db1;Port=5433;Database=shop", "db1:5433/shop")]
    [InlineData("PostgreSQL", "Host=db1,db2:5434;Port=5433;Database=shop", "db1:5433,db2:5434/shop")]
    [InlineData("PostgreSQL", "Host=::1;Database=shop", "[::1]:5432/shop")]
    [InlineData("PostgreSQL", "Host=[::1]:5433;Database=shop", "[::1]:5433/shop")]
    [InlineData("PostgreSQL", "Host=/run/postgresql;Database=shop", "/run/postgresql:5432/shop")]
    [InlineData("PostgreSQL", "Host=db1", "db1:5432")]
    [InlineData("MySQL", "Server=db1;Database=shop", "db1:3306/shop")]
    [InlineData("MySQL", "Server=db1,db2;Port=3307;Database=shop", "db1:3307,db2:3307/shop")]
    [InlineData("MySQL", "Server=/run/mysqld/mysqld.sock;Protocol=unix;Database=shop", "/run/mysqld/mysqld.sock/shop")]
    [InlineData("SQL Server", "Data Source=db1;Initial Catalog=shop", "db1:1433/shop")]
    [InlineData("SQL Server", "Data Source=tcp:db1,1444;Initial Catalog=shop", "db1:1444/shop")]
    [InlineData("SQL Server", @"Data Source=db1\SQLEXPRESS;Initial Catalog=shop", @"db1\SQLEXPRESS/shop")]
    [InlineData("SQL Server", @"Data Source=db1\SQLEXPRESS,1444;Initial Catalog=shop", @"db1\SQLEXPRESS:1444/shop")]
    [InlineData("SQL Server", @"Data Source=(localdb)\MSSQLLocalDB;Initial Catalog=shop", @"(localdb)\MSSQLLocalDB/shop")]
    [InlineData("SQLite", "Data Source=/data/shop.db", "/data/shop.db")]
    [InlineData("SQLite", "Data Source=file:shop.db?mode=ro", "file:shop.db?***")]
    [InlineData("Oracle", "Data Source=db1:1521/shop", "db1:1521/shop")]
    [InlineData("Oracle", "Data Source=//db1:1521/shop", "db1:1521/shop")]
    [InlineData("Oracle", "Data Source=SHOP", "SHOP")]
    [InlineData("Oracle", "Data Source=(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCP)(HOST=db1)(PORT=1521))(ADDRESS=(HOST=db2)(PORT=1522)))(CONNECT_DATA=(SERVICE_NAME=shop)))", "db1:1521,db2:1522/shop")]
    [InlineData("AdoNetProvider over Npgsql", "Host=db1;Port=5433;Database=shop", "db1:5433/shop")]
    [InlineData("AdoNetProvider over SqlClient", "Data Source=db1;Initial Catalog=shop", "db1/shop")]
    [InlineData("AdoNetProvider over DuckDB", "Data Source=facts.duckdb", "facts.duckdb")]
    public void An_address_is_host_port_and_database(string provider, string connectionString, string expected) =>
        Assert.Equal(expected, Form.All.Single(form => form.Name == provider).Create(connectionString).Address);

    [Theory]
    [InlineData("PostgreSQL", "Host=127.0.0.1;Port=1;Database=shop;Password=x", "postgresql at 127.0.0.1:1/shop")]
    [InlineData("MySQL", "Server=127.0.0.1;Port=1;Database=shop;Password=x", "mysql at 127.0.0.1:1/shop")]
    [InlineData("SQLite", "Data Source=/nowhere/shop.db", "sqlite at /nowhere/shop.db")]
    public async Task The_address_is_in_exceptions_logs_events_settings_and_pages(string provider, string connectionString, string expected)
    {
        using var witness = new Witness(expected[(expected.IndexOf(" at ", StringComparison.Ordinal) + 4)..]);

        await Outputs.ShowAsync(witness, Form.All.Single(form => form.Name == provider), connectionString);

        string[] places = ["open", "blocking rent", "log Started", "log OpenFailed Target", "settings", "events", "/pools/api/overview", "/pools/api/pool?name=", "/pools/api/snapshot"];
        foreach (var place in places)
        {
            Assert.Contains(witness.Sightings, sighting => sighting.StartsWith(place + ":", StringComparison.Ordinal));
        }
    }
}
