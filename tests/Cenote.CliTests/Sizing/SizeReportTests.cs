using Cenote.Cli.Checking;
using Cenote.Cli.Measuring;
using Cenote.Cli.Sizing;

namespace Cenote.CliTests.Sizing;

public sealed class SizeReportTests
{
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 2 })]
    [InlineData(7, new[] { 1, 2, 3, 4, 6, 7 })]
    [InlineData(64, new[] { 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64 })]
    public void Small_sizes_are_tried_one_by_one_and_large_ones_in_steps(int max, int[] sizes) => Assert.Equal(sizes, SizeSweep.SizesUpTo(max));

    [Fact]
    public void Size_is_divided_among_the_instances()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0.1, 0.009), instances: 3, room: 100);

        Assert.Equal(new ScalabilityLaw(1000, 0.1, 0.009).SizeFor(0.95, 64), report.Size);
        Assert.Equal((report.Size + 2) / 3, report.SizeOfInstance);
        Assert.DoesNotContain(report.Findings, static finding => finding.Level != CheckLevel.Note);
    }

    [Fact]
    public void More_connections_than_the_server_has_are_a_problem()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0.1, 0.009), instances: 50, room: 40);

        Assert.Equal(1, report.SizeOfInstance);
        Assert.Contains(report.Findings, static finding => finding.Level == CheckLevel.Problem && finding.Text.Contains("50 connections", StringComparison.Ordinal));
    }

    [Fact]
    public void Growth_up_to_the_largest_size_is_warned_of()
    {
        Assert.Equal(61, ReportOf(new ScalabilityLaw(1000, 0, 0)).Size);
        Assert.All([16, 20, 64], static largest => Assert.Contains(ReportOf(new ScalabilityLaw(1000, 0, 0), largest: largest).Findings, IsGrowth));

        static bool IsGrowth(CheckFinding finding) => finding.Level == CheckLevel.Warning && finding.Text.Contains("still grows", StringComparison.Ordinal) && finding.Text.Contains("--max", StringComparison.Ordinal);
    }

    [Fact]
    public void A_curve_without_a_peak_that_is_flat_is_not_warned_of()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0.5, 0));

        Assert.Equal(double.PositiveInfinity, report.Law!.Value.Peak);
        Assert.DoesNotContain(report.Findings, static finding => finding.Level == CheckLevel.Warning);
    }

    [Fact]
    public void A_command_that_was_busy_itself_is_warned_of()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0.1, 0.009), processor: 0.9);

        Assert.Contains(report.Findings, static finding => finding.Level == CheckLevel.Warning && finding.Text.Contains("measured itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Range_holds_what_noise_of_the_rounds_leaves_open()
    {
        var law = new ScalabilityLaw(1000, 0.1, 0.009);
        var noise = new Random(7);
        var quiet = ReportOf(law);
        var noisy = ReportOf(law, noise: () => 0.8 + (0.4 * noise.NextDouble()));

        Assert.Equal(quiet.SizeRange!.Value.Least, quiet.SizeRange.Value.Most);
        Assert.True(noisy.SizeRange!.Value.Least < noisy.SizeRange.Value.Most);
        Assert.InRange(noisy.Size, noisy.SizeRange.Value.Least, noisy.SizeRange.Value.Most);
        Assert.True(noisy.CrosstalkRange!.Value.Least <= noisy.CrosstalkRange.Value.Most);
    }

    [Fact]
    public void A_statement_that_one_connection_serves_best_is_noted()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 1, 0.05));

        Assert.Equal(1, report.Size);
        Assert.Equal(1, report.Peak);
        Assert.Contains(report.Findings, GainsLittle);
    }

    [Fact]
    public void A_small_gain_of_a_second_connection_is_not_called_none()
    {
        var law = new ScalabilityLaw(1000, 0.9, 0.02);
        var report = ReportOf(law);

        Assert.InRange(law.At(2) / law.At(1), 1.03, 1 / SizeReport.Enough);
        Assert.Equal(1, report.Size);
        Assert.Contains(report.Findings, GainsLittle);
        Assert.DoesNotContain(ReportOf(new ScalabilityLaw(1000, 0.85, 0.02)).Findings, GainsLittle);
    }

    [Fact]
    public void A_peak_beyond_the_sizes_that_were_tried_is_not_claimed()
    {
        var law = new ScalabilityLaw(1000, 0.1, 0.0001);

        Assert.InRange(law.Peak, 94, 95);
        Assert.Null(ReportOf(law).Peak);
        Assert.Equal(law.Peak, ReportOf(law, largest: 128).Peak!.Value, 1e-3);
    }

    [Fact]
    public void A_measurement_that_leaves_the_size_open_is_warned_of()
    {
        var noise = new Random(7);
        var law = new ScalabilityLaw(1000, 0.05, 0.0005);

        Assert.Contains(ReportOf(law, noise: () => 0.1 + (1.8 * noise.NextDouble())).Findings, IsOpen);
        Assert.DoesNotContain(ReportOf(law, noise: () => 0.98 + (0.04 * noise.NextDouble())).Findings, IsOpen);

        static bool IsOpen(CheckFinding finding) => finding.Level == CheckLevel.Warning && finding.Text.Contains("leaves open whether", StringComparison.Ordinal);
    }

    [Fact]
    public void One_size_has_no_curve()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0, 0), largest: 1);

        Assert.Null(report.Law);
        Assert.Equal(1, report.Size);
        Assert.Contains("<svg", SizeChart.ToSvg(report));
    }

    [Fact]
    public void An_advice_from_too_few_sizes_says_that_more_were_not_tried()
    {
        Assert.Contains(ReportOf(new ScalabilityLaw(1000, 0, 0), largest: 1).Findings, static finding => finding.Text.StartsWith("No more than 1 connection was tried", StringComparison.Ordinal));
        Assert.Contains(ReportOf(new ScalabilityLaw(1000, 0, 0), largest: 2, room: 2).Findings, static finding => finding.Text.EndsWith("The server has no more to try.", StringComparison.Ordinal));
        Assert.DoesNotContain(ReportOf(new ScalabilityLaw(1000, 1, 0.05), largest: 2).Findings, static finding => finding.Level == CheckLevel.Warning);
    }

    [Fact]
    public void Too_few_rounds_have_no_range_and_are_warned_of()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0.1, 0.009), rounds: 1);

        Assert.Null(report.SizeRange);
        Assert.Contains(report.Findings, static finding => finding.Level == CheckLevel.Warning && finding.Text.Contains("--seconds", StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_without_more_connections_is_not_asked_for_them()
    {
        var report = ReportOf(new ScalabilityLaw(1000, 0, 0), largest: 16, room: 16);

        Assert.Contains(report.Findings, static finding => finding.Text.Contains("no more to try", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Findings, static finding => finding.Text.Contains("--max", StringComparison.Ordinal));
        Assert.Contains(ReportOf(new ScalabilityLaw(1000, 0, 0), largest: 16, room: 21).Findings, static finding => finding.Text.Contains("--max", StringComparison.Ordinal));
    }

    private static bool GainsLittle(CheckFinding finding) => finding.Text.Contains("gain at most about 5 %", StringComparison.Ordinal);

    private static SizeReport ReportOf(
        ScalabilityLaw law, int instances = 1, int? room = null, int largest = 64, double processor = 0.1, Func<double>? noise = null, int rounds = SizeSweep.Rounds) => SizeReport.Of(
        [.. Enumerable.Range(0, rounds).SelectMany(_ => SizeSweep.SizesUpTo(largest)).Select(size => new SweepRound(size, law.At(size) * (noise?.Invoke() ?? 1), new Durations(), processor))],
        new MeasuredServer("Imaginary 1.0", room, room, TimeSpan.FromMilliseconds(1)),
        instances);
}
