"""Addresses the pipeline and the janitor call."""

from django.urls import path

from sharing import views

urlpatterns = [path("internal/exchange/", views.exchange, name="exchange")]
