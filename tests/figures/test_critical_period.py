def test_onsets_come_in_their_order_after_the_baseline(results, draw):
    names = ["suppressed_3", "suppressed_1", "baseline", "suppressed"]
    figure, table = draw("critical_period", results("training", names, [0]))
    labels = ["no penalty", *(f"α = −20 from epoch {onset}" for onset in (0, 1, 3))]
    assert table["label"].unique().tolist() == labels
    assert [text.get_text() for text in figure.legends[0].get_texts()][:4] == labels
