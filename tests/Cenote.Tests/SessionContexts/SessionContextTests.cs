namespace Cenote.Tests.SessionContexts;

/// <summary>What a context is made of, and how it flows.</summary>
public sealed class SessionContextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("1app")]
    [InlineData("app.")]
    [InlineData(".app")]
    [InlineData("app..tenant")]
    [InlineData("app.1")]
    [InlineData("app tenant")]
    [InlineData("app`; --")]
    [InlineData("äpp")]
    [InlineData("role")]
    [InlineData("ROLE")]
    public void Names_that_a_database_could_misread_are_refused(string name) =>
        Assert.Throws<ArgumentException>(() => SessionContext.Empty.With(name, "7"));

    [Fact]
    public void Values_that_are_too_long_or_have_a_zero_are_refused_unquoted()
    {
        foreach (var value in (string[])["secret\0", "secret" + new string('x', 2_000)])
        {
            var refusal = Assert.Throws<ArgumentException>(() => SessionContext.Empty.With("app.tenant", value));
            Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => SessionContext.Empty.WithRole(value));
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("NONE")]
    [InlineData("None ")]
    public void The_name_that_means_no_role_is_refused(string role) =>
        Assert.Throws<ArgumentException>(() => SessionContext.Empty.WithRole(role));

    [Fact]
    public void Contexts_with_equal_entries_are_equal_in_any_order()
    {
        var one = SessionContext.Empty.With("a", "1").WithRole("r").With("b", "2");
        var other = SessionContext.Empty.With("B", "0").With("b", "2").With("A", "1").WithRole("r");
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other.With("a", "2"));
        Assert.NotEqual(one, other.WithTrace());
        Assert.True(SessionContext.Empty.IsEmpty);
    }

    [Fact]
    public void Texts_show_no_value() =>
        Assert.Equal("a, role, trace", SessionContext.Empty.With("a", "secret").WithRole("secret").WithTrace().ToString());

    [Fact]
    public void More_than_64_entries_are_refused()
    {
        var context = Enumerable.Range(0, 64).Aggregate(SessionContext.Empty, static (context, i) => context.With($"app.a{i}", "1"));
        Assert.Throws<InvalidOperationException>(() => context.With("app.one_more", "1"));
        Assert.Equal(context, context.With("app.a7", "1"));
    }

    [Fact]
    public async Task A_scope_flows_into_tasks_and_ends_where_it_began()
    {
        var (outer, inner) = (SessionContext.Empty.With("a", "1"), SessionContext.Empty.With("a", "2"));
        using (outer.BeginScope())
        {
            Assert.Same(outer, await Task.Run(() => SessionContext.Current, TestContext.Current.CancellationToken));
            using (inner.BeginScope())
            {
                await Task.Yield();
                Assert.Same(inner, SessionContext.Current);
            }

            Assert.Same(outer, SessionContext.Current);
            await Task.Run(() => SessionContext.Empty.BeginScope(), TestContext.Current.CancellationToken);
            Assert.Same(outer, SessionContext.Current);
        }

        Assert.Same(SessionContext.Empty, SessionContext.Current);
    }

    [Fact]
    public void Scopes_that_end_in_another_order_leave_no_context()
    {
        var (outer, inner) = (SessionContext.Empty.With("a", "1"), SessionContext.Empty.With("a", "2"));
        var first = outer.BeginScope();
        var second = inner.BeginScope();
        first.Dispose();
        Assert.Same(inner, SessionContext.Current);
        second.Dispose();
        Assert.Same(SessionContext.Empty, SessionContext.Current);
    }

    [Fact]
    public void A_second_dispose_ends_no_other_scope_of_the_same_context()
    {
        var context = SessionContext.Empty.With("a", "1");
        var first = context.BeginScope();
        first.Dispose();
        using (context.BeginScope())
        {
            first.Dispose();
            Assert.Same(context, SessionContext.Current);
        }

        Assert.Same(SessionContext.Empty, SessionContext.Current);
    }

    [Fact]
    public async Task A_flow_that_outlives_its_scope_keeps_the_context()
    {
        var context = SessionContext.Empty.With("a", "1");
        var gate = new TaskCompletionSource();
        Task<SessionContext> child;
        using (context.BeginScope())
        {
            child = Task.Run(
                async () =>
                {
                    await gate.Task;
                    return SessionContext.Current;
                },
                TestContext.Current.CancellationToken);
        }

        gate.SetResult();
        Assert.Same(context, await child);
    }
}
