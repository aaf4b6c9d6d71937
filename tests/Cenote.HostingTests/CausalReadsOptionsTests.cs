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
}
