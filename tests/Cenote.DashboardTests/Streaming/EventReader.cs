namespace Cenote.DashboardTests.Streaming;

/// <summary>Reads server-sent events as a browser does.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public static async Task<EventReader> OpenAsync(DashboardSite site, string query = "")
    {
        var response = await site.Client.GetAsync(new Uri("/pools/api/stream" + query, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead).Soon();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>
    /// The fields of the next event, or of the next comment or instruction alone; <see langword="null"/> at the end.
    /// </summary>
    public async Task<Dictionary<string, string>?> NextAsync()
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        while (await reader.ReadLineAsync().Soon() is { } line)
        {
            if (line.Length == 0)
            {
                return fields;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields.Add(line[..colon], line[(colon + 1)..].TrimStart());
        }

        return null;
    }

    /// <summary>A write under way when the end comes is cut off, and with it the connection: an end, too.</summary>
    public async Task ReadToEndAsync()
    {
        try
        {
            while (await NextAsync() is not null)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
