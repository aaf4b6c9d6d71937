using Cenote.Shop.Clients;

namespace Cenote.ShopTests.Clients;

public sealed class ErrorTallyTests
{
    [Fact]
    public void Errors_are_counted_by_message_without_secrets()
    {
        var errors = new ErrorTally(text => text.Replace("hunter2", "***", StringComparison.Ordinal));
        errors.Add(new InvalidOperationException("No entry with hunter2\nat line 1"));
        errors.Add(new InvalidOperationException("No entry with hunter2\nat line 2"));
        errors.Add(new TimeoutException("Too late"));

        Assert.Equal(
            [new("InvalidOperationException: No entry with ***", 2), new("TimeoutException: Too late", 1)],
            errors.List());
    }

    [Fact]
    public void Messages_that_all_differ_do_not_fill_the_memory()
    {
        var errors = new ErrorTally(text => text);
        for (var port = 0; port < 1000; port++)
        {
            errors.Add(new InvalidOperationException($"Connection from port {port} was lost"));
        }

        Assert.True(errors.List().Count <= 21);
        Assert.Equal(1000, errors.List().Sum(pair => pair.Value));
    }
}
