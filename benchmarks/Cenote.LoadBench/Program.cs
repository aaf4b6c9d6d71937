using Cenote.LoadBench.HandOver;

return HandOverBench.Run(args.Length > 0 && args[0] == "handover" ? args[1..] : args);
