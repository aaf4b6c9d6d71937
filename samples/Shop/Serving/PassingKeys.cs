using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Cenote.Shop.Serving;

/// <summary>Keys of ASP.NET Core that end with the process: a run leaves no files in anybody's home.</summary>
internal sealed class PassingKeys : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _keys = new();

    public IReadOnlyCollection<XElement> GetAllElements() => [.. _keys];

    public void StoreElement(XElement element, string friendlyName) => _keys.Enqueue(element);
}
