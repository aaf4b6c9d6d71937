using Cenote.Shop.Clients;
using Cenote.Shop.Database;

namespace Cenote.ShopTests.Clients;

public sealed class OrderDraftTests
{
    [Fact]
    public void Products_come_once_each_and_in_the_order_of_their_ids()
    {
        var random = new Random(1);
        for (var count = 0; count < 1000; count++)
        {
            var ids = OrderDraft.Choose(random, new ShopSize(10, 5, 0)).Lines.ToArray().Select(line => line.ProductId).ToArray();

            Assert.Equal(ids.Distinct().Order(), ids);
            Assert.All(ids, id => Assert.InRange(id, 1, 10));
        }
    }
}
