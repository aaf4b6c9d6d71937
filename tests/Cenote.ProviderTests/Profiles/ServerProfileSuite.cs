namespace Cenote.ProviderTests.Profiles;

/// <summary>What must hold besides over the drivers of servers, whose sessions can be killed.</summary>
public abstract class ServerProfileSuite : ProfileSuite
{
    protected abstract string SessionQuery { get; }

    /// <summary>Returns the provider of the same user with another password.</summary>
    protected abstract AdoNetProvider NewProfile(string password);

    /// <summary>Ends a session from outside, and returns when it is gone.</summary>
    private protected abstract Task KillAsync(long session);

    [Fact]
    public async Task A_wrong_password_fails_at_the_first_try_and_appears_nowhere()
    {
        await using var pool = NewPool(NewProfile("wrong-password-7391"), ResetMode.Full, configure: static options => options.MaxOpenRetries = 3);

        var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(Stop).AsTask());

        AssertOnPage("wrong password", (failure.Failure.Kind, failure.Failure.Attempts) == (FailureKind.InvalidCredentials, 1) ? "known" : $"{failure.Failure.Kind}");
        Assert.DoesNotContain("wrong-password-7391", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_whose_session_is_lost_is_run_again()
    {
        await using var pool = NewPool();
        var tries = 0;
        await pool.ExecuteAsync(
            async (connection, _) =>
            {
                if (++tries == 1)
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = SessionQuery;
                    await KillAsync(Convert.ToInt64(await command.ExecuteScalarAsync(Stop), System.Globalization.CultureInfo.InvariantCulture));
                }

                await RunAsync(connection, transaction: null, One);
            },
            new RetryOptions { IsIdempotent = true, BaseDelay = TimeSpan.Zero },
            Stop);

        AssertOnPage("lost session", tries == 2 ? "run again" : "passed over");
    }

    // A raw lease tells the pool nothing, and a driver may report a lost session as open.
    [Fact]
    public async Task Without_a_reset_lost_sessions_are_found_by_the_validation()
    {
        await using var pool = NewPool(NewProvider(), ResetMode.None);
        await KillAsync(await pool.ScalarAsync<long>(SessionQuery));

        await Patience.SoonAsync(async () =>
        {
            try
            {
                return await pool.ScalarAsync<int>(One) == 1;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return false;
            }
        });

        Assert.True(pool.GetStatistics().ConnectionsOpened >= 2);
    }
}
