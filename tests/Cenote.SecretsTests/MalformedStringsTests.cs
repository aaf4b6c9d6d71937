namespace Cenote.SecretsTests;

/// <summary>No secret in any output: every provider and every mistake of <see cref="Malformed"/>.</summary>
public sealed class MalformedStringsTests
{
    public static TheoryData<string> Providers => [.. Form.All.Select(form => form.Name)];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task No_malformed_connection_string_shows_its_secret(string provider)
    {
        var form = Form.All.Single(form => form.Name == provider);
        Assert.InRange(Malformed.Shapes.Count, 25, 100);
        using var witness = new Witness(Malformed.Secret);
        foreach (var (mistake, shape) in Malformed.Shapes)
        {
            var before = witness.Read.Texts;
            await Outputs.ShowAsync(witness, form, form.Fill(shape));
            Assert.True(witness.Read.Texts > before, mistake + ": nothing came out");
            Assert.True(witness.Sightings.Count == 0, $"{mistake} shows:\n{string.Join('\n', witness.Sightings)}");
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void No_provider_shows_a_secret_of_another_kind(string provider)
    {
        var form = Form.All.Single(form => form.Name == provider);
        List<string> sightings = [];
        foreach (var secret in Malformed.Secrets)
        {
            foreach (var (mistake, shape) in Malformed.Shapes)
            {
                // A word is not known to be a secret where a word belongs.
                if (secret.All(char.IsLetter) && mistake == "a secret for a mode")
                {
                    continue;
                }

                string shown;
                try
                {
                    var made = form.Create(form.Fill(shape).Replace(Malformed.Secret, secret, StringComparison.Ordinal));
                    shown = $"{made.ConnectionString} | {made.DataSource} | {made.Database} | {made.Address}";
                }
                catch (ArgumentException exception)
                {
                    shown = exception.ToString();
                }

                sightings.AddRange(secret.Split('/').Where(part => shown.Contains(part, StringComparison.OrdinalIgnoreCase)).Select(part => $"{mistake} with {secret} shows {part}: {shown}"));
            }
        }

        Assert.True(sightings.Count == 0, string.Join('\n', sightings));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_forgotten_semicolon_is_named(string provider)
    {
        var form = Form.All.Single(form => form.Name == provider);

        var exception = Assert.Throws<ArgumentException>(() => form.Create(form.Fill("{server}={address};{database}=shop {password}=hunTer2;Application Name=web Pwd=hunTer2")));

        Assert.Contains($"is a semicolon missing after {form.Database}?", exception.Message, StringComparison.Ordinal);
        Assert.Contains("is a semicolon missing after Application Name?", exception.Message, StringComparison.Ordinal);
        Assert.Null(exception.InnerException);
    }

    [Fact]
    public void The_witness_sees()
    {
        using var witness = new Witness(Malformed.Secret);
        var inner = new FormatException("harmless");
        inner.Data["x"] = Malformed.Secret;
        witness.See("here", new InvalidOperationException("harmless", inner));
        Assert.Equal("here data: x=" + Malformed.Secret, Assert.Single(witness.Sightings));
    }
}
