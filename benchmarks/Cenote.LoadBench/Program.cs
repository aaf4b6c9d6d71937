using Cenote.LoadBench.HandOver;
using Cenote.LoadBench.Idle;
using Cenote.LoadBench.Peers;

return args switch
{
    ["handover", .. var options] => HandOverBench.Run(options),
    ["idle", .. var options] => IdleBench.Run(options),
    ["peers", .. var options] => await PeersBench.RunAsync(options),
    _ => throw new ArgumentException("The first argument is handover, idle or peers.", nameof(args)),
};
