using Cenote.LoadBench.HandOver;
using Cenote.LoadBench.Idle;
using Cenote.LoadBench.Lanes;
using Cenote.LoadBench.Peers;

return args switch
{
    ["handover", .. var options] => HandOverBench.Run(options),
    ["idle", .. var options] => IdleBench.Run(options),
    ["lanes", .. var options] => LanesBench.Run(options),
    ["peers", .. var options] => await PeersBench.RunAsync(options),
    _ => throw new ArgumentException("The first argument is handover, idle, lanes or peers.", nameof(args)),
};
