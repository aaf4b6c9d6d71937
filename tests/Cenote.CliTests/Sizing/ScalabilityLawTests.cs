using Cenote.Cli.Sizing;

namespace Cenote.CliTests.Sizing;

public sealed class ScalabilityLawTests
{
    private static readonly int[] s_sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

    [Theory]
    [InlineData(1000, 0, 0)]
    [InlineData(1000, 0.05, 0)]
    [InlineData(1000, 0, 0.001)]
    [InlineData(20_000, 0.02, 0.0005)]
    [InlineData(0.5, 0.3, 0.01)]
    public void Law_is_found_again_in_measurements_that_follow_it(double first, double contention, double crosstalk)
    {
        var law = new ScalabilityLaw(first, contention, crosstalk);

        var found = ScalabilityLaw.Fit([.. s_sizes.Select(size => (size, law.At(size)))]);

        Assert.Equal(first, found.First, first * 1e-6);
        Assert.Equal(contention, found.Contention, 1e-6);
        Assert.Equal(crosstalk, found.Crosstalk, 1e-6);
    }

    [Fact]
    public void No_term_is_negative_where_throughput_grows_faster_than_the_size()
    {
        var found = ScalabilityLaw.Fit([.. s_sizes.Select(static size => (size, 100 * Math.Pow(size, 1.1)))]);

        Assert.Equal(0, found.Contention);
        Assert.Equal(0, found.Crosstalk);
        Assert.Equal(double.PositiveInfinity, found.Peak);
    }

    [Theory]
    [InlineData(1000, 250, 250, 250)]
    [InlineData(1000, 700, 300, 90)]
    [InlineData(1000, 1, 1, 1)]
    public void Contention_is_a_share_where_more_connections_do_less(params int[] rates)
    {
        var found = ScalabilityLaw.Fit([.. rates.Select(static (rate, index) => (index + 1, (double)rate))]);

        Assert.InRange(found.Contention, 0, 1);
        Assert.True(found.Crosstalk >= 0);
        Assert.Equal(1, found.SizeFor(0.95, rates.Length));
        Assert.All(Enumerable.Range(2, 3), size => Assert.True(found.At(size) < found.At(1)));
    }

    [Fact]
    public void Terms_stay_within_their_bounds_whatever_was_measured()
    {
        var random = new Random(11);
        for (var run = 0; run < 1000; run++)
        {
            (int Size, double PerSecond)[] samples = [.. s_sizes.Select(size => (size, Math.Pow(10, 4 * random.NextDouble())))];

            var found = ScalabilityLaw.Fit(samples);

            Assert.True(found is { First: > 0, Contention: >= 0 and <= 1, Crosstalk: >= 0 }, found.ToString());
            Assert.True(double.IsFinite(found.First) && double.IsFinite(found.Crosstalk), found.ToString());
            Assert.True(found.Peak >= 1);
            Assert.InRange(found.SizeFor(0.95, 64), 1, 64);
        }
    }

    [Fact]
    public void Peak_and_size_are_those_of_the_formula()
    {
        var law = new ScalabilityLaw(1000, 0.1, 0.009);

        // √((1 − σ)/κ)
        Assert.Equal(10, law.Peak, 1e-9);
        Assert.True(law.At(10) > law.At(9.9) && law.At(10) > law.At(10.1));
        var size = law.SizeFor(0.95, 64);
        Assert.InRange(size, 2, 9);
        Assert.True(law.At(size) >= 0.95 * law.At(10));
        Assert.True(law.At(size - 1) < 0.95 * law.At(10));
    }
}
