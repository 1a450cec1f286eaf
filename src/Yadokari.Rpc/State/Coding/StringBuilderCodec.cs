using System.Text;

namespace Yadokari.Rpc.State.Coding;

internal sealed class StringBuilderCodec : ReferenceCodec<StringBuilder>
{
    public override void WriteContent(CarriedWriter writer, StringBuilder value) => writer.WriteText(value.ToString());

    public override StringBuilder Begin(CarriedReader reader, string description) => new();

    public override void Fill(CarriedReader reader, StringBuilder value) => value.Append(reader.ReadText());

    public override void Adopt(CarriedReader reader, StringBuilder existing)
    {
        string? text = reader.ReadText();
        reader.OnCommit(() => existing.Clear().Append(text));
    }
}
