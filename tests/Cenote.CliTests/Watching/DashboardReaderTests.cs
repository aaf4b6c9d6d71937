using System.Text;
using Cenote.Cli.Watching;

namespace Cenote.CliTests.Watching;

public sealed class DashboardReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("<html>")]
    [InlineData("""{"time":"2026-01-01T00:00:00Z","tick":1,"pools":null,"replicaSets":[]}""")]
    [InlineData("""{"time":"2026-01-01T00:00:00Z","tick":1,"pools":[null],"replicaSets":[]}""")]
    [InlineData("""{"time":"2026-01-01T00:00:00Z","tick":1,"pools":[{"name":"orders"}],"replicaSets":[]}""")]
    public void A_text_that_is_not_an_overview_is_reported_as_such(string json)
    {
        var exception = Assert.Throws<DashboardException>(() => DashboardReader.ReadOverview(Encoding.UTF8.GetBytes(json)));

        Assert.Contains("MapCenoteDashboard", exception.Message);
    }

    [Fact]
    public void Additions_of_a_later_version_are_ignored()
    {
        var overview = DashboardReader.ReadOverview("""{"time":"2026-01-01T00:00:00Z","tick":1,"pools":[],"replicaSets":[],"more":1}"""u8);

        Assert.Empty(overview.Pools);
    }
}
