using Microsoft.Data.Sqlite;
using MySqlConnector;

namespace Cenote.ProviderTests;

/// <summary>Nothing secret is ever shown.</summary>
public sealed class SafeConnectionStringTests
{
    private const string Secret = "hunter2";

    public static TheoryData<string, DbConnectionStringBuilder> Builders => new()
    {
        { "Host=db1;Port=5433;Database=shop", new NpgsqlConnectionStringBuilder { Host = "db1", Port = 5433, Database = "shop", Username = "u", Password = Secret, SslPassword = Secret, Options = "-c app.token=" + Secret } },
        { "Server=db1;Port=3307;Database=shop", new MySqlConnectionStringBuilder { Server = "db1", Port = 3307, Database = "shop", UserID = "u", Password = Secret, CertificatePassword = Secret } },
        { "Data Source=shop.db;Mode=ReadOnly", new SqliteConnectionStringBuilder { DataSource = "shop.db", Mode = SqliteOpenMode.ReadOnly, Password = Secret } },
        { "server=db1", new DbConnectionStringBuilder { ConnectionString = "Server=db1;Pwd=hunter2;AccessToken=hunter2;Api Key=hunter2;NobodyKnows=hunter2" } },
        { "server=tcp://***@db1", new DbConnectionStringBuilder { ConnectionString = "Server=tcp://u:hunter2@db1" } },
    };

    [Theory]
    [MemberData(nameof(Builders), DisableDiscoveryEnumeration = true)]
    public void Only_harmless_keywords_are_shown(string expected, DbConnectionStringBuilder builder) =>
        Assert.Equal(expected, SafeConnectionString.Redact(builder));

    [Theory]
    [InlineData(null, "")]
    [InlineData("db1", "db1")]
    [InlineData("/home/me@work/shop.db", "/home/me@work/shop.db")]
    [InlineData("tcp://user:hunter2@host:1", "tcp://***@host:1")]
    [InlineData("tcp://user:hun@ter2@host", "tcp://***@host")]
    [InlineData("tcp://user:hun?ter2@host/db", "tcp://***@host/db")]
    [InlineData("file:shop.db?key=hunter2", "file:shop.db?***")]
    [InlineData("md:shop?token=hunter2", "md:shop?***")]
    public void Credentials_inside_an_address_are_masked(string? value, string expected) =>
        Assert.Equal(expected, SafeConnectionString.Mask(value));

    [Theory]
    [InlineData("Host=a;Password=\"hunter2")]
    [InlineData("postgres://u:hunter2@host/db")]
    [InlineData("Host=a;Password=x;hunter2=1")]
    [InlineData("Host=a;Password=x;hunter2")]
    [InlineData("Host=a;Port=hunter2")]
    [InlineData("Server=a;Port=hunter2")]
    [InlineData("Data Source=a;Mode=hunter2")]
    [InlineData("Data Source=a;Cache=hunter2;Port=hunter2;Mode=hunter2")]
    public void A_malformed_connection_string_is_not_quoted(string connectionString)
    {
        Func<string, DatabaseProvider>[] providers =
        [
            text => new PostgreSqlProvider(text),
            text => new MySqlProvider(text),
            text => new SqliteProvider(text),
            text => new AdoNetProvider(NpgsqlFactory.Instance, text),
        ];
        var refused = 0;
        foreach (var provider in providers)
        {
            try
            {
                _ = provider(connectionString);
            }
            catch (ArgumentException exception)
            {
                refused++;
                Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
            }
        }

        Assert.True(refused > 0);
    }

    [Fact]
    public void A_refused_value_of_a_harmless_keyword_is_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => new PostgreSqlProvider("Host=a;Port=many"));
        Assert.Contains("'port'", exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("many", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_keyword_is_counted_not_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => new PostgreSqlProvider("Host=a;Database=b;Passwrd=c"));
        Assert.Contains("keyword 3 of 3", exception.Message, StringComparison.Ordinal);
    }
}
