using Cenote.Cli.Watching;
using Cenote.Dashboard.Json;

namespace Cenote.CliTests.Watching;

public sealed class TopViewTests
{
    private const string Nasty = "\e[2J\e]0;owned\a[red]\u202Eevil\u009b31m\r\n\u2028";
    private static readonly Uri Address = new("http://127.0.0.1:5080/pools/");

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(160)]
    public void Every_line_fits_the_terminal_and_as_many_pools_as_have_room_are_shown(int width)
    {
        var pools = Enumerable.Range(0, 200).Select(number => Rows.Pool($"pool-with-a-rather-long-name-{number:000}-漢字", connections: 123_456)).ToArray();

        var lines = Draw(width, Rows.Overview(pools, Rows.Set("set")));

        Assert.All(lines, line => Assert.True(SafeText.Cells(line) <= width, line));
        Assert.True(lines.Length == 22, string.Join('\n', lines)); // One more would be half a pool.
        Assert.StartsWith("… and 192 more, the worst: healthy", lines[^1]);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void Nothing_is_cut_while_there_is_room_below(int width)
    {
        const string Summary = "unhealthy: the database answers nothing since 09:14:03 UTC, 14 callers wait, the longest for 3.2 s, and every connection is held by Orders.cs:87";
        string[] names = ["orders-write-eu-central-1.db.example.com:5432", "orders-write-eu-central-2.db.example.com:5432", "orders", "reporting-with-a-name-of-middling-length"];

        var lines = Draw(width, Rows.Overview([.. names.Select(name => Rows.Pool(name, "unhealthy", Summary))]), height: 60);

        Assert.All(lines, line => Assert.True(SafeText.Cells(line) <= width, line));
        var text = string.Join(' ', lines.Skip(2).Select(line => line.Trim()));
        Assert.DoesNotContain('…', text);
        var solid = text.Replace(" ", "", StringComparison.Ordinal);
        Assert.All(names, name => Assert.Contains(name, solid, StringComparison.Ordinal));
        Assert.Equal(names.Length, solid.Split(Summary.Replace(" ", "", StringComparison.Ordinal)).Length - 1);
        Assert.All(["act", "wait", "of", "errors"], column => Assert.Contains(column, lines[2], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    public void Two_names_never_look_alike_however_little_room_there_is(int width)
    {
        foreach (var names in (string[][])
        [
            ["orders-write-eu-central-1.db.example.com", "orders-write-eu-central-2.db.example.com"],
            ["shard-0017-of-the-orders-database-in-europe", "shard-0018-of-the-orders-database-in-europe"],
            ["orders-in-the-main-database-of-europe-a-primary", "orders-in-the-main-database-of-europe-b-primary"],
            [.. Enumerable.Range(0, 200).Select(number => $"pool-with-a-rather-long-name-{number:000}-of-the-shop-in-europe")],
        ])
        {
            var overview = Rows.Overview([.. names.Select(name => Rows.Pool(name))]);
            string[] lines = [.. Draw(width, overview, height: 2 * names.Length + 3).Skip(3).Where((_, index) => index % 2 == 0)];

            Assert.Equal(names.Length, lines.Select(line => line.Split("  ")[0]).Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void Page_of_a_pool_wraps_and_cuts_nothing(int width)
    {
        const string Text = "/home/deploy/shop/src/Orders/Placing/PlaceOrderHandler.cs:128 HandleAsync and then some more words that do not fit on one line";
        var detail = Rows.Detail(Rows.Pool("orders", "unhealthy", Text), Text);
        var sight = new Sight(SightState.Live, Rows.Overview([detail.Row]), detail, Received: 0);

        var lines = Picture.Draw(new TopView(Address, "orders", width, 120), sight, TimeSpan.Zero, width);

        Assert.All(lines, line => Assert.True(SafeText.Cells(line) <= width, line));
        Assert.DoesNotContain(lines.Skip(2), line => line.Contains('…', StringComparison.Ordinal));
        var solid = string.Concat(lines).Replace(" ", "", StringComparison.Ordinal);
        Assert.True(solid.Split("PlaceOrderHandler.cs:128").Length - 1 >= 7, solid);
    }

    [Fact]
    public void The_worst_come_first_and_pools_stay_with_their_set()
    {
        var lines = Draw(80, Rows.Overview(
            [Rows.Pool("calm"), Rows.Pool("fair", "degraded"), Rows.Pool("set-b", set: "set"), Rows.Pool("set-a", "unhealthy", set: "set")],
            Rows.Set("set", "degraded")));

        Assert.Equal("▲ set|■   set-a|●   set-b|▲ fair|● calm", string.Join('|', lines.Skip(3).Where((_, index) => index % 2 == 0).Select(line => line[..9].TrimEnd())));
    }

    [Fact]
    public void A_row_contains_the_values_of_the_overview()
    {
        var lines = Draw(80, Rows.Overview([Rows.Pool("orders")]));

        Assert.Matches("● orders +█+░+ +5 +5 +10 +10 +12.3 ms +12.35? s +<0.1 % +half open", lines[3]);
        Assert.Equal("  3 of 10 connections leased, 7 idle", lines[4].TrimEnd());
    }

    [Fact]
    public void What_was_seen_long_ago_is_said_to_be_old()
    {
        var sight = new Sight(SightState.Live, Rows.Overview([Rows.Pool("orders")]), Pool: null, Received: 0);

        Assert.Contains("live", Picture.Draw(new TopView(Address, pool: null, 80, 24), sight, TimeSpan.FromSeconds(1))[0]);
        var old = Picture.Draw(new TopView(Address, pool: null, 80, 24), sight, TimeSpan.FromSeconds(9))[0];
        Assert.DoesNotContain("live", old);
        Assert.Contains("9 s ago", old);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(1000)]
    public void No_text_of_a_server_reaches_the_terminal_as_anything_but_text(int width)
    {
        var row = Rows.Pool(Nasty, Nasty, Nasty) with { State = Nasty, Circuit = Nasty };
        var overview = Rows.Overview([row], Rows.Set(Nasty, Nasty) with { Summary = Nasty, Primary = Nasty });
        var detail = Rows.Detail(row, Nasty);

        foreach (var pool in (string?[])[null, Nasty])
        {
            var sight = new Sight(SightState.Reconnecting, overview, detail, Received: 0, Nasty);
            var picture = string.Join('\n', Picture.Draw(new TopView(Address, pool, width, 60), sight, TimeSpan.Zero, width));

            Assert.Contains("[red]", picture);
            Assert.DoesNotContain(picture, character => char.IsControl(character) && character != '\n');
            Assert.DoesNotContain('\u202E', picture);
        }
    }

    [Fact]
    public void One_pool_shows_findings_with_evidence_and_advice_holders_and_events()
    {
        var detail = Rows.Detail(Rows.Pool("orders", "unhealthy", "saturated: 14 waiting"), "Orders.cs:87");
        var sight = new Sight(SightState.Live, Rows.Overview([detail.Row]), detail, Received: 0);

        var lines = Picture.Draw(new TopView(Address, "orders", 80, 40), sight, TimeSpan.Zero);

        foreach (var part in (string[])["■ saturated: 14 waiting", "  → Orders.cs:87", "     1 × Orders.cs:87 · longest 12.00 s · leak suspected · at the server:", "Last events", "(by Orders.cs:87)"])
        {
            Assert.Contains(lines, line => line.StartsWith(part, StringComparison.Ordinal) || line.TrimEnd().EndsWith(part, StringComparison.Ordinal));
        }

        Assert.All(lines, line => Assert.True(SafeText.Cells(line) <= 80, line));
    }

    private static string[] Draw(int width, OverviewJson overview, int height = 23) =>
        Picture.Draw(new TopView(Address, pool: null, width, height), new Sight(SightState.Live, overview, Pool: null, Received: 0), TimeSpan.Zero, width);
}
