using Cenote.Dashboard.Access;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Reports;

/// <summary>What is known of pools and sets, as JSON.</summary>
internal sealed class PoolEndpoints(Sampler sampler)
{
    internal Task ServeOverviewAsync(HttpContext context)
    {
        new QueryReader(context).ThrowIfAny();
        return JsonAnswer.WriteAsync(context, sampler.Current.OverviewJson);
    }

    internal Task ServePoolAsync(HttpContext context)
    {
        var name = ReadName(context, "name");
        var tick = sampler.Current;
        return JsonAnswer.WriteAsync(context, tick.JsonOf(tick.PoolOrRefuse(name)));
    }

    internal Task ServeSetAsync(HttpContext context)
    {
        var name = ReadName(context, "name");
        var tick = sampler.Current;
        return JsonAnswer.WriteAsync(context, tick.JsonOf(tick.SetOrRefuse(name)));
    }

    internal Task ServeHistoryAsync(HttpContext context)
    {
        var query = new QueryReader(context);
        var name = query.Text("pool", isRequired: true);
        var seconds = query.Number("seconds", 60, sampler.HistorySeconds);
        query.ThrowIfAny();

        var tick = sampler.Current;
        var pool = tick.PoolOrRefuse(name!);
        return JsonAnswer.WriteAsync(context, HistoryReport.Of(pool.Name, pool.History, tick.Second, tick.Time, seconds), DashboardJson.Default.HistoryJson);
    }

    private static string ReadName(HttpContext context, string parameter)
    {
        var query = new QueryReader(context);
        var name = query.Text(parameter, isRequired: true);
        query.ThrowIfAny();
        return name!;
    }
}
