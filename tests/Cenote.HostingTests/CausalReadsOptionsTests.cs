namespace Cenote.HostingTests;

public sealed class CausalReadsOptionsTests
{
    [Fact]
    public async Task Every_problem_of_the_options_is_named_and_keys_are_required()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var set = new ReplicaSetBuilder("shop").AddPrimary("db1", static pool => pool.UseSqlite("Data Source=shop;Mode=Memory;Cache=Shared").WithSize(0, 1)).Build();
        builder.Services.AddKeyedSingleton("shop", set);
        await using var app = builder.Build();

        var refusal = Assert.Throws<ArgumentException>(() => app.UseCausalReads("shop", static options =>
        {
            options.HeaderName = "a b";
            options.CookieName = "";
            options.CookieMaxAge = TimeSpan.Zero;
        }));

        Assert.Contains("HeaderName is 'a b'. It must be", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("CookieName is ''.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("CookieMaxAge is 0 s.", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("has no ReplicaSetOptions.TokenSigningKeys", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => app.UseCausalReads("other"));
    }

    [Fact]
    public async Task A_header_carries_the_tokens_of_one_set()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var shop = NewSet("shop");
        await using var billing = NewSet("billing");
        builder.Services.AddKeyedSingleton("shop", shop).AddKeyedSingleton("billing", billing);
        await using var app = builder.Build();
        app.UseCausalReads("shop").UseCausalReads("shop");

        Assert.Throws<ArgumentException>(() => app.UseCausalReads("billing"));
        app.UseCausalReads("billing", static options => options.HeaderName = "Billing-Token");

        static ReplicaSet NewSet(string name) => new ReplicaSetBuilder(name)
            .AddPrimary("db1", pool => pool.UseSqlite($"Data Source={name};Mode=Memory;Cache=Shared").WithSize(0, 1))
            .Configure(static options => options.TokenSigningKeys = [new byte[32]])
            .Build();
    }
}
