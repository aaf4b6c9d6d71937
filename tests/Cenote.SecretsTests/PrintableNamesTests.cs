using Microsoft.Extensions.DependencyInjection;

namespace Cenote.SecretsTests;

/// <summary>A name that looks like another, or like none, is refused wherever a user gives one.</summary>
public sealed class PrintableNamesTests
{
    private const string File = "Data Source=/nowhere/shop.db";

    public static TheoryData<string, string> Faults => new()
    {
        { "shop\u202Epohs", "U+202E (changes the direction of text) at index 4" },
        { "shop\u2066x", "U+2066 (changes the direction of text) at index 4" },
        { "\u200Fshop", "U+200F (changes the direction of text) at index 0" },
        { "sh\u200Bop", "U+200B (invisible) at index 2" },
        { "sh\u200Dop", "U+200D (invisible) at index 2" },
        { "shop\uFEFF", "U+FEFF (invisible) at index 4" },
        { "sh\u00ADop", "U+00AD (invisible) at index 2" },
        { "sh\u3164op", "U+3164 (invisible) at index 2" },
        { "shop\u034F", "U+034F (invisible) at index 4" },
        { "shop\u115F", "U+115F (invisible) at index 4" },
        { "shop\u1160", "U+1160 (invisible) at index 4" },
        { "shop\u17B4", "U+17B4 (invisible) at index 4" },
        { "shop\u17B5", "U+17B5 (invisible) at index 4" },
        { "shop\u180B", "U+180B (invisible) at index 4" },
        { "shop\u180F", "U+180F (invisible) at index 4" },
        { "shop\u2065", "U+2065 (invisible) at index 4" },
        { "shop\uFE00", "U+FE00 (invisible) at index 4" },
        { "shop\uFE0F", "U+FE0F (invisible) at index 4" },
        { "shop\uFFA0", "U+FFA0 (invisible) at index 4" },
        { "shop\uFFF0", "U+FFF0 (invisible) at index 4" },
        { "shop\U00016FE4", "U+16FE4 (invisible) at index 4" },
        { "shop\U0001BCA0", "U+1BCA0 (invisible) at index 4" },
        { "shop\U0001D173", "U+1D173 (invisible) at index 4" },
        { "shop\U000E0100", "U+E0100 (invisible) at index 4" },
        { "shop\U000E01EF", "U+E01EF (invisible) at index 4" },
        { "shop\U000E0FFF", "U+E0FFF (invisible) at index 4" },
        { "shop \u2764\uFE0F", "U+FE0F (invisible) at index 6" },
        { "shop\U000E0041", "U+E0041 (invisible) at index 4" },
        { "sh\uD83Dop", "U+D83D (half a surrogate pair) at index 2" },
        { "shop\uDE00", "U+DE00 (half a surrogate pair) at index 4" },
        { "sh\nop", "U+000A (a control character) at index 2" },
        { "sh\u0085op", "U+0085 (a control character) at index 2" },
        { "sh\u2028op", "U+2028 (a line separator) at index 2" },
        { "shop\uFFFF", "U+FFFF (no character) at index 4" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_name_that_cannot_be_read_is_refused_with_its_code_point(string name, string fault)
    {
        await using var registry = new PoolRegistry();
        var services = new ServiceCollection();
        await using var pool = new ConnectionPool(new SqliteProvider(File), new ConnectionPoolOptions { MinSize = 0 });
        Action[] uses =
        [
            () => _ = new ConnectionPool(new SqliteProvider(File), new ConnectionPoolOptions { Name = name }),
            () => _ = new ConnectionPool(new SqliteProvider("Data Source=" + name)),
            () => new ConnectionPoolBuilder().UseProvider(new SqliteProvider(File)).WithName(name).Build(),
            () => registry.Register(name, _ => pool),
            () => registry.GetOrAdd(name, _ => pool),
            () => services.AddConnectionPool(name, _ => { }),
            () => new ReplicaSetBuilder(name).AddPrimary("one", builder => builder.UseProvider(new SqliteProvider(File))).Build(),
            () => new ReplicaSetBuilder("set").AddPrimary(name, builder => builder.UseProvider(new SqliteProvider(File)).WithName("one")).Build(),
            () => pool.RecordOperatorAction("resize", name),
            () => pool.RecordOperatorAction(name, "ana"),
        ];
        for (var use = 0; use < uses.Length; use++)
        {
            var exception = Record.Exception(uses[use]);
            Assert.True(exception is ArgumentException or PoolOptionsException or ReplicaSetOptionsException, $"use {use}: {exception}");
            Assert.DoesNotContain(name, exception.Message, StringComparison.Ordinal);

            // The second is named by its database: sqlite/….
            Assert.Contains(use == 1 ? fault[..fault.IndexOf(" at ", StringComparison.Ordinal)] : fault, exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("größe")]
    [InlineData("магазин")]
    [InlineData("متجر")]
    [InlineData("店舗 1")]
    [InlineData("shop 😀")]
    [InlineData("tenant@example.com/orders (blue)")]
    public async Task A_name_in_any_script_is_accepted(string name)
    {
        await using var pool = new ConnectionPool(new SqliteProvider(File), new ConnectionPoolOptions { Name = name, MinSize = 0 });
        Assert.Equal(name, pool.Name);
    }
}
