using Cenote.Shop.Arguments;
using Cenote.SecretsTests;

namespace Cenote.ShopTests.Arguments;

/// <summary>
/// What the command says of a connection string: every mistake of <see cref="Malformed"/>, with secrets of every kind,
/// for both servers.
/// </summary>
public sealed class ConnectionStringProblemsTests
{
    [Theory]
    [InlineData("postgresql")]
    [InlineData("mysql")]
    public void No_malformed_connection_string_shows_its_secret(string provider)
    {
        var refusals = 0;
        List<string> sightings = [];
        foreach (var secret in Malformed.Secrets)
        {
            foreach (var (mistake, shape) in Malformed.Shapes)
            {
                var problems = Find(provider, shape.Replace(Malformed.Secret, secret, StringComparison.Ordinal));
                refusals += problems.Length > 0 ? 1 : 0;
                sightings.AddRange(secret.Split('/').Where(part => problems.Contains(part, StringComparison.OrdinalIgnoreCase)).Select(part => $"{mistake} with {secret} shows {part}: {problems}"));
            }
        }

        Assert.True(sightings.Count == 0, string.Join('\n', sightings));
        Assert.InRange(refusals, Malformed.Shapes.Count, int.MaxValue);
    }

    [Theory]
    [InlineData("Host=db;Username=app;Password=ab;hunter=cd", "hunter")]
    [InlineData("Host=db;Username=app;Password=x;horse battery=1", "horse")]
    [InlineData("Host=db;Password=x;horse=1;battery=2", "battery")]
    public void A_piece_of_a_password_is_not_named_as_a_setting(string connection, string piece)
    {
        var problems = Find("postgresql", connection);

        Assert.Contains("The driver refuses keyword ", problems, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(piece, problems, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Everything_that_the_driver_refuses_is_named()
    {
        var problems = Find("postgresql", "Host=db;Port=many;Timeout=soon");

        Assert.Contains("refuses the value of 'port'", problems, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("refuses the value of 'timeout'", problems, StringComparison.OrdinalIgnoreCase);
    }

    private static string Find(string provider, string shape) => string.Join(
        '\n',
        provider == "mysql"
            ? ConnectionStringProblems.OfMySql(Malformed.Fill(shape, "Server", "Database", "User ID", "Password", "127.0.0.1;Port=1"))
            : ConnectionStringProblems.OfPostgreSql(Malformed.Fill(shape, "Host", "Database", "Username", "Password", "127.0.0.1;Port=1")));
}
