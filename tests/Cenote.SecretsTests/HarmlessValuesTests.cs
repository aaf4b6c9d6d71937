namespace Cenote.SecretsTests;

/// <summary>Values that look odd, and mean what they say: accepted, and shown.</summary>
public sealed class HarmlessValuesTests
{
    public static TheoryData<string, string, string> Values => new()
    {
        { "PostgreSQL", "Database", "pass" },
        { "PostgreSQL", "Database", "password" },
        { "PostgreSQL", "Database", "password store" },
        { "PostgreSQL", "Database", "my shop" },
        { "PostgreSQL", "Database", "a=b" },
        { "PostgreSQL", "Database", "shop@2026" },
        { "PostgreSQL", "Database", "größe" },
        { "PostgreSQL", "Host", "secret-store.local:5432" },
        { "PostgreSQL", "Host", "db1,auth:5433,token:5434" },
        { "PostgreSQL", "Host", "db1, db2:5433" },
        { "PostgreSQL", "Host", "::1" },
        { "PostgreSQL", "Host", "/var/run/postgresql" },
        { "PostgreSQL", "Host", "@abstract" },
        { "PostgreSQL", "Host", "db1, auth:5433, token:5434" },
        { "PostgreSQL", "Host", "/run/user@1000/postgresql" },
        { "PostgreSQL", "Host", "/run/a@1,/run/b@2" },
        { "PostgreSQL", "Application Name", "passport: web" },
        { "PostgreSQL", "Application Name", "tests passed: 12" },
        { "PostgreSQL", "Application Name", "pass through" },
        { "PostgreSQL", "Application Name", "my app" },
        { "PostgreSQL", "Application Name", "my password manager" },
        { "PostgreSQL", "Application Name", "shop: web" },
        { "PostgreSQL", "Application Name", "billing key: 7" },
        { "PostgreSQL", "Application Name", "https://shop.example/web" },
        { "PostgreSQL", "Application Name", "50% more" },
        { "PostgreSQL", "Search Path", "app, public" },
        { "MySQL", "Server", "db1,db2" },
        { "MySQL", "Server", "/run/mysqld@main/mysqld.sock" },
        { "MySQL", "Database", "token" },
        { "MySQL", "Application Name", "web (blue)" },
        { "SQL Server", "Data Source", "tcp:db1.database.windows.net,1433" },
        { "SQL Server", "Data Source", "tcp:db1, 1433" },
        { "SQL Server", "Data Source", @"db1\SQLEXPRESS" },
        { "SQL Server", "Data Source", @"(localdb)\MSSQLLocalDB" },
        { "SQL Server", "Data Source", @"np:\\.\pipe\MSSQL$SHOP\sql\query" },
        { "SQL Server", "Initial Catalog", "pwd" },
        { "SQLite", "Data Source", "shop.db" },
        { "SQLite", "Data Source", "/home/me@work/my files/shop.db" },
        { "SQLite", "Data Source", "data/me@work.db" },
        { "SQLite", "Data Source", "file:///home/me@work/shop.db" },
        { "SQLite", "Data Source", @"C:\me@work\shop.db" },
        { "SQLite", "Data Source", "password store.db" },
        { "SQLite", "Data Source", "/home/me/my password store/shop.db" },
        { "SQLite", "Data Source", @"C:\my password 2\shop.db" },
        { "Oracle", "Data Source", "db1:1521/shop" },
        { "Oracle", "Data Source", "tokendb:1521/shop" },
        { "Oracle", "Data Source", "(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=db1)(PORT=1521))(CONNECT_DATA=(SERVER=DEDICATED)(SERVICE_NAME=shop))(SECURITY=(SSL_SERVER_CERT_DN=\"CN=db1,O=shop\")))" },
        { "AdoNetProvider over DuckDB", "Data Source", "facts.duckdb" },
        { "AdoNetProvider over DuckDB", "Data Source", ":memory:" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_that_only_looks_odd_is_accepted_and_shown(string provider, string keyword, string value)
    {
        var form = Form.All.Single(form => form.Name == provider);
        var given = new DbConnectionStringBuilder { [keyword] = value };
        if (form.Name != "AdoNetProvider over DuckDB")
        {
            given[form.SecretKeywords[0]] = "x y=z";
        }

        var text = given.ConnectionString;

        var shown = new DbConnectionStringBuilder { ConnectionString = form.Create(text).ConnectionString };

        Assert.Contains(shown.Values.Cast<object>(), other => value.Equals(other.ToString(), StringComparison.Ordinal));
    }

    /// <summary>What may be a secret, and may as well be a name.</summary>
    [Theory]
    [InlineData("PostgreSQL", "Host=db1;Application Name=TokenService:web", "TokenService")]
    [InlineData("MySQL", "Server=db1;Application Name=web pass: x1", "x1")]
    [InlineData("PostgreSQL", "Host=db1;Application Name=web pw x1/2", "x1")]
    [InlineData("SQLite", "Data Source=/data/user=42/shop.db", "42")]
    [InlineData("SQLite", "Data Source=/data/db=7/x.db", "7")]
    [InlineData("SQLite", @"Data Source=C:\data\key=7\x.db", "7")]
    [InlineData("SQLite", "Data Source=/data/token:x7/x.db", "x7")]
    [InlineData("SQLite", "Data Source=/home/me@work/key=7/x.db", "7")]
    [InlineData("SQLite", "Data Source=/data/shop.db Password a1/b2", "b2")]
    [InlineData("AdoNetProvider over DuckDB", "Data Source=/lake/key=7/x.duckdb", "7")]
    [InlineData("AdoNetProvider over a driver that parses as it opens", "Server=db1;Database=machine:/data/me@work.fdb", "machine")]
    [InlineData("MySQL", "Server=/run/db=7/mysqld.sock", "7")]
    public void What_may_be_a_secret_or_a_name_is_accepted_and_not_shown(string provider, string connectionString, string doubtful)
    {
        var made = Form.All.Single(form => form.Name == provider).Create(connectionString);

        Assert.Contains("***", made.ConnectionString, StringComparison.Ordinal);
        Assert.DoesNotContain(doubtful, made.ConnectionString + made.DataSource + made.Address.Replace(":3306", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>What an application's user is called, and settings that are not shown.</summary>
    [Theory]
    [InlineData("PostgreSQL", "Host=db1;Username=app@tenant.onmicrosoft.com;Password=a b=c")]
    [InlineData("PostgreSQL", "Host=db1;Username=postgres.project;Options=-c app.token=x -c search_path=app")]
    [InlineData("PostgreSQL", "Host=db1;Options=--application_name=web --geqo=off")]
    [InlineData("MySQL", "Server=db1;User ID=app@server;Password=a;Certificate Store Location=CurrentUser")]
    [InlineData("SQL Server", @"Data Source=db1;User ID=DOMAIN\app;Password='pwd=1;x'")]
    [InlineData("SQL Server", "Data Source=db1;Authentication=Active Directory Password;User ID=app@tenant;Password=x")]
    [InlineData("SQLite", "Data Source=file:shop.db?mode=ro&cache=shared")]
    [InlineData("AdoNetProvider over DuckDB", "Data Source=md:shop?motherduck_token=x")]
    [InlineData("Oracle", "Data Source=db1:1521/shop;User Id=SYS;DBA Privilege=SYSDBA;Password=x")]
    public void Settings_that_are_not_shown_are_accepted(string provider, string connectionString) =>
        Form.All.Single(form => form.Name == provider).Create(connectionString);
}
