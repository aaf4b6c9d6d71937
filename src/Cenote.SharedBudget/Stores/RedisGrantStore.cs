using StackExchange.Redis;

namespace Cenote.SharedBudget.Stores;

/// <summary>A table in a hash of Redis.</summary>
internal sealed class RedisGrantStore(IConnectionMultiplexer redis, string name) : IGrantStore
{
    // A restarted server has another id, and so has a replica that takes over. Either may have lost the last changes.
    private const string Life = "local life = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') ";

    private const string Read = Life + """
        local time = redis.call('TIME')
        local table = redis.call('HMGET', KEYS[1], 'version', 'table')
        return { table[1] or '', table[2] or '', tostring(time[1] * 1000 + math.floor(time[2] / 1000)), life }
        """;

    private const string Write = Life + """
        if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] or life ~= ARGV[4] then return 0 end
        redis.call('HSET', KEYS[1], 'version', ARGV[2], 'table', ARGV[3])
        return 1
        """;

    private readonly RedisKey[] _keys = [$"cenote:budget:{name}"];

    public async ValueTask<StoredTable> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = (RedisResult[])(await Database.ScriptEvaluateAsync(Read, _keys, flags: CommandFlags.DemandMaster).WaitAsync(cancellationToken).ConfigureAwait(false))!;
        return new StoredTable((string)answer[0]!, (string)answer[1]!, (long)double.Parse((string)answer[2]!, CultureInfo.InvariantCulture), (string)answer[3]!);
    }

    public async ValueTask<bool> TryWriteAsync(StoredTable read, string text, CancellationToken cancellationToken)
    {
        RedisValue[] values = [read.Version, Guid.NewGuid().ToString("N"), text, read.Epoch];
        return (int)await Database.ScriptEvaluateAsync(Write, _keys, values, CommandFlags.DemandMaster).WaitAsync(cancellationToken).ConfigureAwait(false) == 1;
    }

    private IDatabase Database => redis.GetDatabase();
}
