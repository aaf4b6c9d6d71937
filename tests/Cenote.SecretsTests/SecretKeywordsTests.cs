namespace Cenote.SecretsTests;

/// <summary>No secret in any output: every provider, and every keyword that holds one.</summary>
public sealed class SecretKeywordsTests
{
    [Theory]
    [MemberData(nameof(MalformedStringsTests.Providers), MemberType = typeof(MalformedStringsTests))]
    public async Task No_keyword_that_holds_a_secret_shows_it(string provider)
    {
        var form = Form.All.Single(form => form.Name == provider);
        using var witness = new Witness(Malformed.Secret);
        foreach (var keyword in form.SecretKeywords)
        {
            foreach (var value in (string[])["hunTer2", "\"a@b hunTer2;c=d\""])
            {
                await Outputs.ShowAsync(witness, form, $"{form.Server}={form.Address};{keyword}={value}");
                Assert.True(witness.Sightings.Count == 0, $"{keyword}={value} shows:\n{string.Join('\n', witness.Sightings)}");
            }
        }

        var (_, logs, measurements) = witness.Read;
        Assert.True(logs > 0 && measurements > 0, $"{logs} logs and {measurements} measurements were read");
    }
}
