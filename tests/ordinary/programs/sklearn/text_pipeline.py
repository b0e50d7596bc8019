"""A pipeline over text with a tokenizer of our own."""

import numpy as np
import rememo
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

REQUIRES = ["numpy", "sklearn"]
NEEDLESS = {"process": "a fitted TfidfVectorizer keeps the address of its stop words"}


def words(text: str) -> list[str]:
    return text.lower().split()


texts = ["good good fine", "bad awful", "fine good", "awful bad bad"]
classifier = make_pipeline(TfidfVectorizer(tokenizer=words, token_pattern=None), MultinomialNB())
classifier.fit(texts, [1, 0, 1, 0])


@rememo.cache
def sentiment(text: str) -> float:
    return round(float(classifier.predict_proba([text])[0, 1]), 6)


def call(f):
    return f("good but bad")


def use():
    classifier.predict(["fine"])
    classifier[0].get_feature_names_out()
    repr(classifier)


def change():
    classifier[1].class_log_prior_ = np.log([0.9, 0.1])
