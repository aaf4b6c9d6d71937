namespace Cenote.ClusterLab.Clients;

internal readonly record struct Row(int Client, int Number);
