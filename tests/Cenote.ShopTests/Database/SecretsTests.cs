using System.Data.Common;
using Cenote.Shop.Database;
using MySqlConnector;
using Npgsql;

namespace Cenote.ShopTests.Database;

public sealed class SecretsTests
{
    [Fact]
    public void Passwords_are_hidden_wherever_a_driver_repeats_them()
    {
        Hides(new NpgsqlConnectionStringBuilder { Host = "db", Password = "hunter2", SslPassword = "swordfish" });
        Hides(new MySqlConnectionStringBuilder { Server = "db", Password = "hunter2", CertificatePassword = "swordfish" });

        static void Hides(DbConnectionStringBuilder builder) =>
            Assert.Equal("No entry with *** and *** on db", Secrets.Of(builder).Hide("No entry with hunter2 and swordfish on db"));
    }

    [Fact]
    public void A_password_that_contains_another_leaves_no_rest() =>
        Assert.Equal("***", Secrets.Of(new NpgsqlConnectionStringBuilder { Password = "abc", SslPassword = "abcdef" }).Hide("abcdef"));
}
